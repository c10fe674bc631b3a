package dev.fanfara.cli;

import dev.fanfara.json.BrokenJson;
import dev.fanfara.json.JsonText;
import dev.fanfara.protocol.Refusal;
import dev.fanfara.protocol.RoomName;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fanfara publish}: says something in a room of a running gateway. */
@Command(
        name = "publish",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Publishes to a room of a running gateway.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  fanfara publish dash:shop '{\"orders\":17}' --state",
            "  fanfara publish lobby --text 'hello all' --user ops --key note-1",
            "  tail -F events.ndjson | fanfara publish log:events -"
        })
@SuppressWarnings("NullAway.Init") // picocli fills the options in.
public final class PublishCommand implements Callable<Integer> {
    private static final String STDIN = "-";
    private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]{1,64}");

    private final InputStream in;

    @Spec
    private CommandSpec spec;

    @Mixin
    private final RemoteOptions gateway;

    @Parameters(index = "0", paramLabel = "ROOM")
    private String room;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "JSON",
            description = "Any JSON; - for one JSON in each line of standard input, published in their order.")
    private @Nullable String json;

    @Option(names = "--text", paramLabel = "TEXT", description = "A text instead of JSON.")
    private @Nullable String text;

    @Option(names = "--state", description = "A merge patch (RFC 7396) to the room's state.")
    private boolean state;

    @Option(names = "--user", paramLabel = "NAME", description = "Shown to members as the publisher.")
    private @Nullable String user;

    @Option(names = "--key", paramLabel = "KEY", description = "The same key within 120 s: delivered once.")
    private @Nullable String key;

    @Option(names = "--json", description = "Print each answer as JSON.")
    private boolean printsJson;

    public PublishCommand() {
        this(System.in, new RemoteOptions());
    }

    PublishCommand(InputStream in, RemoteOptions gateway) {
        this.in = in;
        this.gateway = gateway;
    }

    @Override
    public Integer call() {
        requireSense();
        if (STDIN.equals(json)) {
            return gateway.run(this::publishLines);
        }
        String body = body();
        return gateway.run(() -> publish(gateway.remote(), body));
    }

    private String body() {
        try {
            return text != null ? text(text) : data(json == null ? "" : json);
        } catch (BrokenJson broken) {
            throw gateway.usage("JSON: broken at column " + broken.column() + "; a text is said with --text");
        } catch (IllegalArgumentException wrong) {
            throw gateway.usage("--state: " + wrong.getMessage());
        }
    }

    private void requireSense() {
        try {
            new RoomName(room);
        } catch (Refusal wrong) {
            throw gateway.usage(wrong.sentence());
        }
        if ((json == null) == (text == null)) {
            throw gateway.usage("expected either JSON or --text");
        }
        if (state && (text != null || user != null)) {
            throw gateway.usage("--state: a patch is JSON, and has no user");
        }
        if (key != null && !KEY.matcher(key).matches()) {
            throw gateway.usage("--key: expected 1 to 64 printable ASCII characters");
        }
        if (STDIN.equals(json) && key != null) {
            throw gateway.usage("--key: one key fits one message; with - there are many");
        }
    }

    private void publishLines() throws CommandFailure, InterruptedException {
        Remote remote = gateway.remote();
        int number = 0;
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                if (!line.isBlank()) {
                    publish(remote, data(line));
                }
            }
        } catch (BrokenJson broken) {
            throw new CommandFailure("line " + number + ": broken JSON at column " + broken.column(), false, null);
        } catch (CommandFailure | IllegalArgumentException failure) {
            throw new CommandFailure("line " + number + ": " + failure.getMessage(), false, null);
        } catch (IOException unreadable) {
            throw new CommandFailure("standard input: " + unreadable.getMessage(), false, null);
        }
    }

    private void publish(Remote remote, String body) throws CommandFailure, InterruptedException {
        String path = "/api/rooms/" + Remote.encode(room) + (state ? "/state" : "/messages");
        JsonObject answer = remote.send(state ? "PATCH" : "POST", path, body, key);
        Print.line(spec, printsJson ? answer.encode() : sentence(answer));
    }

    private String text(String said) {
        return message("\"text\":" + Json.encode(said));
    }

    /** It goes out as it came: what the JSON is made of is the publisher's affair. */
    private String data(String given) throws BrokenJson {
        Object value = JsonText.parse(given).value();
        if (!state) {
            return message("\"data\":" + given);
        }
        if (!(value instanceof JsonObject)) {
            throw new IllegalArgumentException("a patch is a JSON object");
        }
        return given;
    }

    private String message(String payload) {
        return "{" + (user == null ? "" : "\"user\":" + Json.encode(user) + ",") + payload + "}";
    }

    private String sentence(JsonObject answer) {
        String position = answer.containsKey("offset")
                ? ", offset " + answer.getLong("offset") + " of epoch " + answer.getString("epoch")
                : "";
        return room + ": published" + position + (answer.getBoolean("duplicate", false) ? ", a duplicate" : "");
    }
}
