package dev.fanfara.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.bus.Published;
import io.vertx.core.Promise;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RequestDeadlinesTest {
    private static final String POST = "POST /api/rooms/a/messages HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            + "Content-Type: application/json\r\nContent-Length: 12\r\n\r\n";
    private static final String STATS = "GET /api/stats HTTP/1.1\r\nHost: x\r\n\r\n";

    private final HttpRig rig =
            HttpRig.impatient(Duration.ofMillis(300), Duration.ofMillis(400), "limits.handshake=200ms");

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void headThatDripsIsTimedOut() {
        try (RawClient client = rig.raw()) {
            String answer = client.send("GET / HTTP/1.1\r\nHost: x\r\nX-A: ").dripUntilClosed("a", 20);

            assertThat(answer).startsWith("HTTP/1.1 408 ").contains("application/problem+json", "nosniff");
        }
    }

    @Test
    void silenceIsClosedWithoutAWord() {
        try (RawClient client = rig.raw()) {
            assertThat(client.untilClosed()).isEmpty();
        }
    }

    @Test
    void bodyThatDripsIsTimedOut() {
        try (RawClient client = rig.raw()) {
            String answer =
                    client.send(POST.replace("Length: 12", "Length: 1000")).dripUntilClosed(" ", 20);

            assertThat(answer).startsWith("HTTP/1.1 408 ");
        }
        assertThat(rig.published).isEmpty();
    }

    @Test
    void laterHeadHasTheSameTimeFromItsFirstByte() {
        try (RawClient client = rig.raw()) {
            client.send(STATS).until("\"missing\":[]}");

            String answer = client.send("GET / HTTP/1.1\r\nX-A: ").dripUntilClosed("a", 20);

            assertThat(answer).startsWith("HTTP/1.1 408 ");
        }
    }

    @Test
    void idleConnectionIsClosedWithoutAWord() {
        try (RawClient client = rig.raw()) {
            client.send(STATS).until("\"missing\":[]}");

            assertThat(client.untilClosed()).isEmpty();
        }
    }

    @Test
    void answerMayTakeLongerThanAnyDeadline() {
        Promise<Published> decision = Promise.promise();
        rig.room = request -> decision.future();
        try (RawClient client = rig.raw();
                RawClient slow = rig.raw()) {
            client.send(POST).send("{\"text\":\"a\"}");
            // The other connection's three deadlines are the clock.
            slow.send(STATS).until("\"missing\":[]}");
            slow.untilClosed();

            decision.complete(new Published(false, null));

            assertThat(client.until("{}")).startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void requestThatWaitsBehindAnotherIsNotLate() {
        Promise<Published> decision = Promise.promise();
        rig.room = request -> decision.future();
        try (RawClient client = rig.raw();
                RawClient slow = rig.raw()) {
            client.send(POST + "{\"text\":\"a\"}"
                    + STATS.replace("GET", "POST").replace("Host: x", "Host: x\r\nContent-Length: 5"));
            slow.send(STATS).until("\"missing\":[]}");
            slow.untilClosed();

            decision.complete(new Published(false, null));

            assertThat(client.until("{}")).startsWith("HTTP/1.1 200 ");
            assertThat(client.until("}")).contains("HTTP/1.1 405 ");
        }
    }

    @Test
    void webSocketHasNoRequestDeadline() throws Exception {
        CompletableFuture<String> echo = new CompletableFuture<>();
        WebSocket socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(URI.create("ws://127.0.0.1:" + rig.port() + "/ws"), new WebSocket.Listener() {
                    @Override
                    public CompletionStage<?> onText(WebSocket from, CharSequence text, boolean last) {
                        echo.complete(text.toString());
                        return CompletableFuture.completedFuture(null);
                    }

                    @Override
                    public void onError(WebSocket from, Throwable error) {
                        echo.completeExceptionally(error);
                    }
                })
                .get(5, TimeUnit.SECONDS);
        try (RawClient slow = rig.raw()) {
            slow.send(STATS).until("\"missing\":[]}");
            slow.untilClosed();
        }

        socket.sendText("still here", true).get(5, TimeUnit.SECONDS);

        assertThat(echo.get(5, TimeUnit.SECONDS)).isEqualTo("still here");
        socket.abort();
    }

    @Test
    void bodyNobodyWantsIsDroppedAndTheNextRequestAnswered() {
        try (RawClient client = rig.raw()) {
            String first = client.send(POST.replace("/api/rooms/a/messages", "/nothing") + "{\"text\":\"a\"}")
                    .until("\"}");
            assertThat(first).startsWith("HTTP/1.1 404 ");

            assertThat(client.send(STATS).until("\"missing\":[]}")).startsWith("HTTP/1.1 200 ");
        }
    }
}
