package dev.fanfara.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A client in one namespace of Socket.IO, straight on a WebSocket, which shows what the official ones hide. */
public final class SocketIoClient implements AutoCloseable {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final long PATIENCE_S = 15;

    /** What came, with its first argument. */
    private record Event(String name, JsonObject data) {}

    private final String namespace;
    private final List<Event> heard = new ArrayList<>();
    private final List<String> packets = new ArrayList<>();
    private final Map<Integer, CompletableFuture<JsonObject>> asked = new ConcurrentHashMap<>();
    private final CompletableFuture<JsonObject> handshake = new CompletableFuture<>();
    private final CompletableFuture<JsonObject> connected = new CompletableFuture<>();
    private final CompletableFuture<JsonObject> refused = new CompletableFuture<>();
    private final CompletableFuture<Void> disconnected = new CompletableFuture<>();
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private final Semaphore pings = new Semaphore(0);
    private @Nullable WebSocket socket;
    private int acks;
    private @Nullable String sendsToConnect;
    /** What an unmodified client remembers: the last argument of the last event, if that is a string. */
    private volatile @Nullable String offset;

    private SocketIoClient(String namespace) {
        this.namespace = namespace.equals("/") ? "" : namespace + ",";
    }

    public static SocketIoClient connect(GatewayProcess gateway) {
        SocketIoClient client = open(gateway, "/", null);
        client.id();
        return client;
    }

    public static SocketIoClient connect(GatewayProcess gateway, String token) {
        SocketIoClient client = open(gateway, "/", new JsonObject().put("token", token));
        client.id();
        return client;
    }

    /** Does not wait for the answer. */
    public static SocketIoClient open(GatewayProcess gateway, String namespace, @Nullable JsonObject auth) {
        SocketIoClient client = new SocketIoClient(namespace);
        client.sendsToConnect = "40" + client.namespace + (auth == null ? "" : auth.encode());
        client.socket = HTTP.newWebSocketBuilder()
                .buildAsync(
                        URI.create("ws://127.0.0.1:" + gateway.port() + "/socket.io/?EIO=4&transport=websocket"),
                        client.new Listener())
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

    /** The socket id, once it is connected. */
    public String id() {
        return await(connected).getString("sid");
    }

    public JsonObject connectAnswer() {
        return await(connected);
    }

    /** What an unmodified client shows when it comes back. */
    public JsonObject comesBack(String token) {
        return new JsonObject()
                .put("token", token)
                .put("pid", connectAnswer().getString("pid"))
                .put("offset", offset);
    }

    public JsonObject connectError() {
        return await(refused);
    }

    /** Until the gateway has disconnected it from its namespace. */
    public void isDisconnected() {
        await(disconnected);
    }

    public boolean wasDisconnected() {
        return disconnected.isDone();
    }

    /** The close code of the WebSocket. */
    public int closes() {
        return await(closed);
    }

    /** So many times, and it has answered. */
    public void isPinged(int times) {
        try {
            assertThat(pings.tryAcquire(times, PATIENCE_S, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError(interrupted);
        }
    }

    private <T> T await(CompletableFuture<T> awaited) {
        try {
            return awaited.get(PATIENCE_S, TimeUnit.SECONDS);
        } catch (Exception failure) {
            throw new AssertionError("it did not come; heard " + packets + ", closed " + closed, failure);
        }
    }

    public SocketIoClient sends(String packet) {
        socket().sendText(packet, true).orTimeout(PATIENCE_S, TimeUnit.SECONDS).join();
        return this;
    }

    public SocketIoClient sends(byte[] attachment) {
        socket().sendBinary(ByteBuffer.wrap(attachment), true).join();
        return this;
    }

    /** JSON with single quotes, for the eye. */
    public SocketIoClient emits(String event, String json) {
        return sends("42" + namespace + "[\"" + event + "\"," + json.replace('\'', '"') + "]");
    }

    /** The first argument of the ack. */
    public JsonObject asks(String event, String json) {
        int id = ++acks;
        CompletableFuture<JsonObject> answer = new CompletableFuture<>();
        asked.put(id, answer);
        sends("42" + namespace + id + "[\"" + event + "\"," + json.replace('\'', '"') + "]");
        return await(answer);
    }

    public SocketIoClient joins(String room) {
        assertThat(asks("join-room", "'" + room + "'").getString("room")).isEqualTo(room);
        return this;
    }

    public JsonObject hears(String event) {
        return hears(event, data -> true);
    }

    /** Takes the first event that fits, now or later, out of what was heard. */
    public JsonObject hears(String event, Predicate<JsonObject> fits) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
        synchronized (heard) {
            while (true) {
                for (int i = 0; i < heard.size(); i++) {
                    if (heard.get(i).name().equals(event)
                            && fits.test(heard.get(i).data())) {
                        return heard.remove(i).data();
                    }
                }
                long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (left <= 0 || closed.isDone()) {
                    throw new AssertionError("no '" + event + "' came; heard " + heard + ", closed " + closed);
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

    public List<JsonObject> allHeard(String event) {
        synchronized (heard) {
            return heard.stream()
                    .filter(each -> each.name().equals(event))
                    .map(Event::data)
                    .toList();
        }
    }

    /** A round trip to the gateway: what was on its way has come. */
    public void hearsNothingMoreOf(String event) {
        assertThat(asks("leave-room", "'it-is-in-no-such-room'").getJsonObject("error"))
                .isNotNull();
        assertThat(allHeard(event)).isEmpty();
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
                String packet = part.toString();
                part.setLength(0);
                onPacket(from, packet);
            }
            from.request(1);
            return null;
        }

        private void onPacket(WebSocket from, String packet) {
            if (packet.equals("2")) {
                from.sendText("3", true);
                pings.release();
                return;
            }
            synchronized (heard) {
                packets.add(packet);
            }
            if (packet.startsWith("0")) {
                handshake.complete(new JsonObject(packet.substring(1)));
                from.sendText(sendsToConnect, true);
                return;
            }
            if (packet.length() < 2 || !packet.startsWith(namespace, 2)) {
                return;
            }
            String rest = packet.substring(2 + namespace.length());
            switch (packet.charAt(1)) {
                case '0' -> connected.complete(new JsonObject(rest));
                case '1' -> disconnected.complete(null);
                case '2' -> {
                    JsonArray args = new JsonArray(rest);
                    if (args.getValue(args.size() - 1) instanceof String last) {
                        offset = last;
                    }
                    synchronized (heard) {
                        heard.add(new Event(args.getString(0), args.getJsonObject(1)));
                        heard.notifyAll();
                    }
                }
                case '3' -> {
                    int json = rest.indexOf('[');
                    CompletableFuture<JsonObject> answer = asked.remove(Integer.parseInt(rest.substring(0, json)));
                    if (answer != null) {
                        answer.complete(new JsonArray(rest.substring(json)).getJsonObject(0));
                    }
                }
                case '4' -> refused.complete(new JsonObject(rest));
                default -> throw new IllegalStateException(packet);
            }
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
            end(code);
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable failure) {
            end(1006);
        }

        private void end(int code) {
            closed.complete(code);
            synchronized (heard) {
                heard.notifyAll();
            }
        }
    }
}
