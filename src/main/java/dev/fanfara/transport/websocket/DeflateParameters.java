package dev.fanfara.transport.websocket;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of permessage-deflate (RFC 7692 section 7.1), as a client offers or the server accepts them. Immutable.
 *
 * @param serverForgets {@code server_no_context_takeover}: no message of the server refers to an earlier one
 * @param clientForgets the same of the client's
 * @param serverWindow {@code server_max_window_bits}, the logarithm of how far back the server may refer; 0 if nothing is
 *     said of it
 * @param clientWindow the same of the client's; 0 also if the client only says that it knows the parameter
 */
record DeflateParameters(boolean serverForgets, boolean clientForgets, int serverWindow, int clientWindow) {
    private static final String NAME = "permessage-deflate";
    private static final String SERVER_FORGETS = "server_no_context_takeover";
    private static final String CLIENT_FORGETS = "client_no_context_takeover";
    private static final String SERVER_WINDOW = "server_max_window_bits";
    private static final String CLIENT_WINDOW = "client_max_window_bits";

    /** RFC 6455 section 9.1: a value may be in quotes. */
    private static final Pattern PARAMETER = Pattern.compile("\\s*([a-z_]+)\\s*(?:=\\s*(\"?)([^\"\\s]+)\\2\\s*)?");

    private static final Pattern WINDOW = Pattern.compile("[89]|1[0-5]");

    /**
     * What a client offers, what it would like best first. An offer counts for nothing if it names a parameter that there
     * is not, or one twice, or one with a value that it cannot have.
     *
     * @param headers all its {@code Sec-WebSocket-Extensions}
     */
    static List<DeflateParameters> offered(List<String> headers) {
        List<DeflateParameters> offers = new ArrayList<>();
        for (String extension : String.join(",", headers).split(",")) {
            String[] parts = extension.split(";", -1);
            if (parts[0].strip().equals(NAME)) {
                read(parts).ifPresent(offers::add);
            }
        }
        return offers;
    }

    private static Optional<DeflateParameters> read(String[] parts) {
        Map<String, String> said = new HashMap<>();
        for (int i = 1; i < parts.length; i++) {
            Matcher parameter = PARAMETER.matcher(parts[i]);
            if (!parameter.matches()) {
                return Optional.empty();
            }
            String value = parameter.group(3) == null ? "" : parameter.group(3);
            if (!mayBe(parameter.group(1), value) || said.put(parameter.group(1), value) != null) {
                return Optional.empty();
            }
        }
        return Optional.of(new DeflateParameters(
                said.containsKey(SERVER_FORGETS),
                said.containsKey(CLIENT_FORGETS),
                window(said.get(SERVER_WINDOW)),
                window(said.get(CLIENT_WINDOW))));
    }

    private static boolean mayBe(String name, String value) {
        return switch (name) {
            case SERVER_FORGETS, CLIENT_FORGETS -> value.isEmpty();
            case SERVER_WINDOW -> WINDOW.matcher(value).matches();
            case CLIENT_WINDOW -> value.isEmpty() || WINDOW.matcher(value).matches();
            default -> false;
        };
    }

    private static int window(@Nullable String value) {
        return value == null || value.isEmpty() ? 0 : Integer.parseInt(value);
    }

    DeflateParameters withoutClientContext() {
        return new DeflateParameters(serverForgets, true, serverWindow, clientWindow);
    }

    /** What these make of the client's messages. */
    Deflate deflate() {
        return clientForgets ? Deflate.EACH_FOR_ITSELF : Deflate.WITH_CONTEXT;
    }

    /** As a value of {@code Sec-WebSocket-Extensions}. */
    String header() {
        return NAME
                + (serverForgets ? "; " + SERVER_FORGETS : "")
                + (clientForgets ? "; " + CLIENT_FORGETS : "")
                + (serverWindow == 0 ? "" : "; " + SERVER_WINDOW + "=" + serverWindow)
                + (clientWindow == 0 ? "" : "; " + CLIENT_WINDOW + "=" + clientWindow);
    }
}
