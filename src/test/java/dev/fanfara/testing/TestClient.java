package dev.fanfara.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** A client of the native protocol on a real WebSocket: it says, hears, and ends with "nothing more was heard". */
public final class TestClient implements AutoCloseable {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final long PATIENCE_S = 15;

    private final List<JsonObject> heard = new ArrayList<>();
    private final CompletableFuture<Closed> closed = new CompletableFuture<>();
    private @Nullable WebSocket socket;

    public record Closed(int code, String reason) {}

    private TestClient() {}

    public static TestClient connect(GatewayProcess gateway) {
        return connect(gateway, "/ws");
    }

    public static TestClient connect(GatewayProcess gateway, String pathAndQuery) {
        return open(gateway, pathAndQuery, HTTP.newWebSocketBuilder());
    }

    /** Over TLS, trusting this certificate. */
    public static TestClient connectTls(GatewayProcess gateway, Path certificate) {
        HttpClient trusting =
                HttpClient.newBuilder().sslContext(trusting(certificate)).build();
        TestClient client = new TestClient();
        client.socket = trusting.newWebSocketBuilder()
                .buildAsync(URI.create("wss://localhost:" + gateway.port() + "/ws"), client.new Listener())
                .orTimeout(PATIENCE_S, TimeUnit.SECONDS)
                .join();
        return client;
    }

    private static SSLContext trusting(Path certificate) {
        try (InputStream pem = Files.newInputStream(certificate)) {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            store.setCertificateEntry(
                    "gateway", CertificateFactory.getInstance("X.509").generateCertificate(pem));
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (IOException | GeneralSecurityException failure) {
            throw new IllegalStateException(failure);
        }
    }

    public static TestClient withBearer(GatewayProcess gateway, String token) {
        return open(gateway, "/ws", HTTP.newWebSocketBuilder().header("Authorization", "Bearer " + token));
    }

    public static TestClient withSubprotocol(GatewayProcess gateway, String token) {
        return open(gateway, "/ws", HTTP.newWebSocketBuilder().subprotocols("fanfara.v1", "bearer." + token));
    }

    private static TestClient open(GatewayProcess gateway, String pathAndQuery, WebSocket.Builder builder) {
        TestClient client = new TestClient();
        client.socket = builder.buildAsync(
                        URI.create("ws://127.0.0.1:" + gateway.port() + pathAndQuery), client.new Listener())
                .orTimeout(PATIENCE_S, TimeUnit.SECONDS)
                .join();
        return client;
    }

    private WebSocket socket() {
        if (socket == null) {
            throw new IllegalStateException("not connected");
        }
        return socket;
    }

    /** JSON with single quotes, for the eye. */
    public TestClient says(String json) {
        socket().sendText(json.replace('\'', '"'), true)
                .orTimeout(PATIENCE_S, TimeUnit.SECONDS)
                .join();
        return this;
    }

    public TestClient sendsBinary(byte[] bytes) {
        socket().sendBinary(ByteBuffer.wrap(bytes), true).join();
        return this;
    }

    public TestClient joins(String room) {
        says("{'type':'join','room':'" + room + "'}");
        hears("joined", message -> room.equals(message.getString("room")));
        return this;
    }

    /** The reply to the command of this id, whatever its type. */
    public JsonObject hearsAnswer(String id) {
        return take("answer to " + id, message -> id.equals(message.getValue("id")));
    }

    public JsonObject hears(String type) {
        return hears(type, message -> true);
    }

    /** Takes the first message that fits, now or later, out of what was heard. */
    public JsonObject hears(String type, Predicate<JsonObject> fits) {
        return take(type, message -> type.equals(message.getString("type")) && fits.test(message));
    }

    private JsonObject take(String wanted, Predicate<JsonObject> fits) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
        synchronized (heard) {
            while (true) {
                for (int i = 0; i < heard.size(); i++) {
                    JsonObject message = heard.get(i);
                    if (fits.test(message)) {
                        return heard.remove(i);
                    }
                }
                long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (left <= 0 || closed.isDone()) {
                    throw new AssertionError("no '" + wanted + "' came; heard " + heard + ", closed " + closed);
                }
                try {
                    heard.wait(left);
                } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                    throw new AssertionError(interrupted);
                }
            }
        }
    }

    /** Everything of this type heard so far, left where it is. */
    public List<JsonObject> allHeard(String type) {
        synchronized (heard) {
            return heard.stream()
                    .filter(message -> type.equals(message.getString("type")))
                    .toList();
        }
    }

    /** A round trip to the gateway: what was on its way has come. */
    public void hearsNothingMoreOf(String type) {
        says("{'type':'ping','id':'nothing-more'}");
        hears("pong", pong -> "nothing-more".equals(pong.getValue("id")));
        assertThat(allHeard(type)).isEmpty();
    }

    public Closed closes() {
        try {
            return closed.get(PATIENCE_S, TimeUnit.SECONDS);
        } catch (TimeoutException late) {
            throw new AssertionError("the connection is still open; heard " + heard);
        } catch (Exception failure) {
            throw new AssertionError(failure);
        }
    }

    public boolean isOpen() {
        return !closed.isDone();
    }

    @Override
    public void close() {
        socket().abort();
    }

    private final class Listener implements WebSocket.Listener {
        private final StringBuilder part = new StringBuilder();

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            part.append(data);
            if (last) {
                JsonObject message = new JsonObject(part.toString());
                part.setLength(0);
                synchronized (heard) {
                    heard.add(message);
                    heard.notifyAll();
                }
            }
            from.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
            end(code, reason);
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable failure) {
            end(1006, String.valueOf(failure.getMessage()));
        }

        private void end(int code, String reason) {
            closed.complete(new Closed(code, reason));
            synchronized (heard) {
                heard.notifyAll();
            }
        }
    }
}
