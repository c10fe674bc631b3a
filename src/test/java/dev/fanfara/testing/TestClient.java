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
import java.util.function.Consumer;
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
    private final Consumer<JsonObject> listener;
    private @Nullable WebSocket socket;
    private long commands;
    /** Guarded by {@code heard}. */
    private boolean isReading = true;

    public record Closed(int code, String reason) {}

    private TestClient(Consumer<JsonObject> listener) {
        this.listener = listener;
    }

    public static TestClient connect(GatewayProcess gateway) {
        return connect(gateway, "/ws");
    }

    public static TestClient connect(GatewayProcess gateway, String pathAndQuery) {
        return open(gateway, pathAndQuery, HTTP.newWebSocketBuilder());
    }

    /** One that also tells everything it hears to somebody, one after the other, as it comes. */
    public static TestClient connect(GatewayProcess gateway, Consumer<JsonObject> listener) {
        return open(gateway, "/ws", HTTP.newWebSocketBuilder(), new TestClient(listener));
    }

    /** Over TLS, trusting this certificate. */
    public static TestClient connectTls(GatewayProcess gateway, Path certificate) {
        HttpClient trusting =
                HttpClient.newBuilder().sslContext(trusting(certificate)).build();
        TestClient client = new TestClient(message -> {});
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
        return open(gateway, pathAndQuery, builder, new TestClient(message -> {}));
    }

    private static TestClient open(
            GatewayProcess gateway, String pathAndQuery, WebSocket.Builder builder, TestClient client) {
        client.socket = builder.buildAsync(
                        URI.create(gateway.url().replaceFirst("http", "ws") + pathAndQuery), client.new Listener())
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
        return sends(json.replace('\'', '"'));
    }

    public TestClient says(JsonObject command) {
        return sends(command.encode());
    }

    private TestClient sends(String text) {
        socket().sendText(text, true).orTimeout(PATIENCE_S, TimeUnit.SECONDS).join();
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

    /** Joins with these further members ({@code 'history':3}) and returns the answer. */
    public JsonObject join(String room, String... members) {
        return asks(
                "'type':'join','room':'" + room + "'" + (members.length == 0 ? "" : ",") + String.join(",", members));
    }

    /** Publishes, with a payload like {@code 'text':'hello'} and any further members, and returns the answer. */
    public JsonObject publishes(String room, String members) {
        return asks("'type':'message','room':'" + room + "'," + members);
    }

    public TestClient leaves(String room) {
        asks("'type':'leave','room':'" + room + "'");
        return this;
    }

    /** The answer to a command of these members. */
    public JsonObject asks(String members) {
        String id = "c" + ++commands;
        says("{" + members + ",'id':'" + id + "'}");
        return hearsAnswer(id);
    }

    /** The member of a join that comes back to where this message says the room was. */
    public static String since(JsonObject position) {
        return since(position.getString("epoch"), position.getLong("offset"));
    }

    public static String since(String epoch, long offset) {
        return "'since':{'epoch':'" + epoch + "','offset':" + offset + "}";
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

    /** The first so many of this type, now or later. */
    public List<JsonObject> hears(int count, String type) {
        List<JsonObject> taken = new ArrayList<>();
        while (taken.size() < count) {
            taken.add(hears(type));
        }
        return taken;
    }

    /** Takes everything heard so far. */
    public List<JsonObject> takeAll() {
        synchronized (heard) {
            List<JsonObject> all = List.copyOf(heard);
            heard.clear();
            return all;
        }
    }

    /** The next message, whatever it is. */
    public JsonObject hearsNext() {
        return take("anything", message -> true);
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

    /** What comes now waits in the systems' buffers, and in the gateway. */
    public TestClient stopsReading() {
        synchronized (heard) {
            isReading = false;
        }
        return this;
    }

    public TestClient readsAgain() {
        synchronized (heard) {
            if (!isReading) {
                isReading = true;
                socket().request(1);
            }
        }
        return this;
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
                listener.accept(message);
                synchronized (heard) {
                    heard.add(message);
                    heard.notifyAll();
                }
            }
            readOn(from);
            return null;
        }

        private void readOn(WebSocket from) {
            synchronized (heard) {
                if (isReading) {
                    from.request(1);
                }
            }
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
