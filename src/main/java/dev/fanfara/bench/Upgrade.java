package dev.fanfara.bench;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** A client's side of the WebSocket upgrade (RFC 6455, section 4.1). Touched only by the connection's loop. */
final class Upgrade {
    private static final String ACCEPT_SALT = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final int MAX_ANSWER = 16 * 1024;
    private static final int SWITCHING_PROTOCOLS = 101;

    private final Target target;
    private final boolean offersDeflate;
    private final String key;
    private final StringBuilder answer = new StringBuilder();

    /**
     * @param mistake why this is no WebSocket, or null
     * @param retryAfterSeconds as the server wishes, at least 1
     */
    record Answer(
            int status, @Nullable String mistake, int retryAfterSeconds, boolean deflate, boolean contextTakeover) {
        boolean comeBackLater() {
            return status == 503 || status == 429;
        }
    }

    Upgrade(Target target, boolean offersDeflate) {
        this.target = target;
        this.offersDeflate = offersDeflate;
        byte[] nonce = new byte[16];
        ThreadLocalRandom.current().nextBytes(nonce);
        this.key = Base64.getEncoder().encodeToString(nonce);
    }

    ByteBuf request(ByteBufAllocator allocator) {
        return ByteBufUtil.writeUtf8(
                allocator,
                "GET " + target.path() + " HTTP/1.1\r\nHost: " + target.host() + ':' + target.port()
                        + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
                        + key + "\r\n"
                        + (offersDeflate ? "Sec-WebSocket-Extensions: permessage-deflate\r\n" : "")
                        + (target.token() == null ? "" : "Authorization: Bearer " + target.token() + "\r\n") + "\r\n");
    }

    /** Takes the bytes of the answer and leaves what follows; null as long as it is not complete. */
    @Nullable
    Answer read(ByteBuf in) {
        while (in.isReadable()) {
            answer.append((char) in.readUnsignedByte());
            int length = answer.length();
            if (answer.charAt(length - 1) == '\n'
                    && length >= 4
                    && "\r\n\r\n".contentEquals(answer.subSequence(length - 4, length))) {
                return understand(answer.toString());
            }
            if (length == MAX_ANSWER) {
                return wrong(0, "the answer to the upgrade is no HTTP");
            }
        }
        return null;
    }

    private Answer understand(String text) {
        String[] lines = text.split("\r\n");
        String[] statusLine = lines[0].split(" ", 3);
        if (!lines[0].startsWith("HTTP/1.1 ") || !statusLine[1].matches("[1-5][0-9][0-9]")) {
            return wrong(0, "the answer to the upgrade is no HTTP/1.1");
        }
        int status = Integer.parseInt(statusLine[1]);
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            if (colon > 0) {
                headers.put(
                        lines[i].substring(0, colon),
                        lines[i].substring(colon + 1).strip());
            }
        }
        if (status != SWITCHING_PROTOCOLS) {
            String retryAfter = headers.getOrDefault("Retry-After", "1");
            int seconds = retryAfter.matches("[0-9]{1,4}") ? Math.max(1, Integer.parseInt(retryAfter)) : 1;
            return new Answer(
                    status, "the server answered the upgrade with " + lines[0].substring(9), seconds, false, false);
        }
        if (!accept().equals(headers.get("Sec-WebSocket-Accept"))) {
            return wrong(status, "the server's Sec-WebSocket-Accept does not answer our key");
        }
        String extensions = headers.getOrDefault("Sec-WebSocket-Extensions", "").toLowerCase(Locale.ROOT);
        boolean deflate = extensions.startsWith("permessage-deflate");
        if (!extensions.isEmpty() && !(deflate && offersDeflate)) {
            return wrong(status, "the server chose an extension that was not offered: " + extensions);
        }
        return new Answer(status, null, 1, deflate, !extensions.contains("server_no_context_takeover"));
    }

    private static Answer wrong(int status, String mistake) {
        return new Answer(status, mistake, 1, false, false);
    }

    private String accept() {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-1").digest((key + ACCEPT_SALT).getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible); // Every JVM has SHA-1.
        }
    }
}
