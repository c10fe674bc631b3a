package dev.fanfara.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.fanfara.testing.Eventually;
import dev.fanfara.testing.GatewayProcess;
import dev.fanfara.testing.SocketIoClient;
import dev.fanfara.testing.SseClient;
import dev.fanfara.testing.TestClient;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One gateway, and a backend that it asks; which room or user it is about decides what the backend says. */
class HookIT {
    private static final byte[] SECRET = new byte[32];

    private static final List<JsonObject> EVENTS = new CopyOnWriteArrayList<>();
    private static final List<JsonObject> FORGED = new CopyOnWriteArrayList<>();
    private static final Map<String, String> TRACES = new ConcurrentHashMap<>();
    private static final CountDownLatch HELD = new CountDownLatch(1);
    private static final ExecutorService THREADS = Executors.newCachedThreadPool();

    private static HttpServer backend;
    private static GatewayProcess gateway;
    private static Path file;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        backend = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        backend.setExecutor(THREADS);
        backend.createContext("/", HookIT::answer);
        backend.start();
        file = folder.resolve("fanfara.json");
        configure(backend.getAddress().getPort(), "deny");
        gateway = GatewayProcess.start("--no-demo", "-c", file.toString());
    }

    @AfterAll
    static void stop() {
        gateway.close();
        backend.stop(0);
        THREADS.shutdownNow();
    }

    private static void configure(int port, String onFailure) throws IOException {
        String hook = "{\"url\": \"http://127.0.0.1:" + port + "/ask\", \"onFailure\": \"" + onFailure + "\"}";
        String ofRooms = hook.replace("}", ", \"rooms\": [\"asked:**\"]}");
        Files.writeString(
                file,
                "{\"rooms\": [{\"match\": \"**\", \"mode\": \"log\"}], \"hooks\": {\"timeout\": \"10s\", \"secret\": \"whsec_"
                        + Base64.getEncoder().encodeToString(SECRET) + "\", \"connect\": " + hook + ", \"join\": "
                        + ofRooms + ", \"publish\": " + ofRooms + ", \"events\": {\"url\": \"http://127.0.0.1:" + port
                        + "/tell\"}}}");
    }

    private static void answer(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        JsonObject said = new JsonObject(new String(body, StandardCharsets.UTF_8));
        if (!isSigned(exchange, body)) {
            FORGED.add(said);
        }
        TRACES.put(said.encode(), String.valueOf(exchange.getRequestHeaders().getFirst("traceparent")));
        JsonObject data = said.getJsonObject("data");
        String answer = "";
        switch (said.getString("type")) {
            case "events" -> data.getJsonArray("events").forEach(event -> EVENTS.add((JsonObject) event));
            case "connect" -> answer = "{\"allow\":true,\"user\":\"vouched\"}";
            case "join" -> answer = "{\"allow\":" + !data.getString("room").endsWith("closed") + "}";
            default -> answer = publish(data);
        }
        exchange.sendResponseHeaders(200, answer.isEmpty() ? -1 : answer.length());
        exchange.getResponseBody().write(answer.getBytes(StandardCharsets.UTF_8));
        exchange.close();
    }

    private static String publish(JsonObject data) {
        String text = data.getString("text");
        if ("hold".equals(text)) {
            try {
                assertThat(HELD.await(20, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        return switch (String.valueOf(text)) {
            case "bad word" -> "{\"allow\":true,\"text\":\"***\"}";
            case "no" -> "{\"allow\":false}";
            default -> "{\"allow\":true}";
        };
    }

    private static boolean isSigned(HttpExchange exchange, byte[] body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(SECRET, "HmacSHA256"));
            String id = exchange.getRequestHeaders().getFirst("webhook-id");
            String time = exchange.getRequestHeaders().getFirst("webhook-timestamp");
            mac.update((id + "." + time + ".").getBytes(StandardCharsets.UTF_8));
            String expected = "v1," + Base64.getEncoder().encodeToString(mac.doFinal(body));
            return expected.equals(exchange.getRequestHeaders().getFirst("webhook-signature"));
        } catch (GeneralSecurityException none) {
            throw new AssertionError(none);
        }
    }

    @Test
    void aClientWithoutATokenIsWhoTheBackendSays() {
        try (TestClient client = TestClient.connect(gateway)) {
            assertThat(client.hears("welcome").getString("user")).isEqualTo("vouched");
        }
        Eventually.holds(() -> assertThat(EVENTS)
                .extracting(event -> event.getString("type") + " " + event.getString("user"))
                .contains("connected vouched", "disconnected vouched"));
        assertThat(FORGED).isEmpty();
    }

    @Test
    void itIsToldWhichRoomsHaveMembers() {
        try (TestClient one = TestClient.connect(gateway);
                TestClient other = TestClient.connect(gateway)) {
            one.joins("counted");
            other.joins("counted");
            one.leaves("counted");
            one.joins("counted");
        }
        Eventually.holds(() -> assertThat(ofRoom("counted")).containsExactly("room-occupied", "room-vacated"));
    }

    private static List<String> ofRoom(String room) {
        return EVENTS.stream()
                .filter(event -> room.equals(event.getString("room")))
                .map(event -> event.getString("type"))
                .toList();
    }

    @Test
    void aRoomIsClosedToWhomTheBackendSays() {
        try (TestClient client = TestClient.connect(gateway);
                SocketIoClient io = SocketIoClient.connect(gateway)) {
            client.joins("asked:open");
            assertThat(client.says("{'type':'join','id':1,'room':'asked:closed'}")
                            .hears("error")
                            .getString("code"))
                    .isEqualTo("forbidden");
            assertThat(io.asks("join-room", "\"asked:closed\"")
                            .getJsonObject("error")
                            .getString("code"))
                    .isEqualTo("forbidden");
        }
        assertThat(SseClient.connect(gateway, "room=asked:closed").status()).isEqualTo(403);
        try (SseClient stream = SseClient.connect(gateway, "room=asked:open&room=free")) {
            stream.hears("joined");
        }
    }

    /** What a client says comes in its order, and nobody else waits for it. */
    @Test
    void roomsTheHookIsNotAboutAreNotAskedForOnAnyWire() {
        try (TestClient client = TestClient.connect(gateway);
                SseClient stream = SseClient.connect(gateway, "room=free:closed")) {
            assertThat(client.join("free:closed").getString("type")).isEqualTo("joined");
            assertThat(stream.hears("joined").getString("room")).isEqualTo("free:closed");
        }
    }

    @Test
    void commandsWaitForTheAnswerAndOthersDoNot() {
        try (TestClient asked = TestClient.connect(gateway);
                TestClient other = TestClient.connect(gateway)) {
            asked.joins("asked:order");
            other.joins("asked:order");
            asked.says("{'type':'message','id':'1','room':'asked:order','text':'hold'}");
            asked.says("{'type':'message','id':'2','room':'asked:order','text':'bad word'}");
            asked.says("{'type':'message','id':'3','room':'asked:order','text':'no'}");
            asked.says("{'type':'leave','id':'4','room':'asked:order'}");
            other.publishes("asked:order", "'text':'meanwhile'");
            HELD.countDown();

            assertThat(asked.hearsAnswer("1").getString("type")).isEqualTo("ack");
            assertThat(asked.hearsAnswer("2").getString("type")).isEqualTo("ack");
            assertThat(asked.hearsAnswer("3").getString("code")).isEqualTo("forbidden");
            assertThat(asked.hearsAnswer("4").getString("type")).isEqualTo("left");
            assertThat(other.hears(2, "message"))
                    .extracting(message -> message.getString("text"))
                    .containsExactly("hold", "***");
        }
    }

    @Test
    void theApiAsksToo() {
        String trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        assertThat(gateway.post(
                                "/api/rooms/asked:api/messages",
                                "{\"text\":\"bad word\"}",
                                "traceparent",
                                "00-" + trace + "-00f067aa0ba902b7-01")
                        .statusCode())
                .isEqualTo(200);
        assertThat(gateway.post("/api/rooms/asked:api/messages", "{\"text\":\"no\"}")
                        .statusCode())
                .isEqualTo(403);
        assertThat(gateway.post(
                                "/api/messages",
                                "[{\"room\":\"asked:api\",\"text\":\"no\"},{\"room\":\"free\",\"text\":\"no\"},"
                                        + "{\"room\":\"asked:api\",\"text\":\"bad word\"}]")
                        .body())
                .matches("\\[\\{\"error\":.*forbidden.*},\\{\"epoch\":.*},\\{.*\"offset\":2}]");
        assertThat(new JsonObject(gateway.get("/api/rooms/asked:api/messages").body())
                        .getJsonArray("messages").stream().map(message -> ((JsonObject) message).getString("text")))
                .containsExactly("***", "***");
        assertThat(TRACES.values()).anyMatch(each -> each.startsWith("00-" + trace) && !each.contains("00f067aa"));
    }

    @Test
    void whileTheBackendIsAwayTheConfigurationDecides() throws IOException {
        int nobody = GatewayProcess.freePorts(1).get(0);
        configure(nobody, "deny");
        try {
            Eventually.holds(() -> assertThat(gateway.post("/api/rooms/asked:away/messages", "{\"text\":\"x\"}")
                            .statusCode())
                    .isEqualTo(503));
            try (TestClient refused = TestClient.connect(gateway)) {
                assertThat(refused.closes()).isEqualTo(new TestClient.Closed(1013, "Overloaded, retryAfter=1000"));
            }
            assertThat(gateway.post("/api/rooms/free/messages", "{\"text\":\"x\"}")
                            .statusCode())
                    .isEqualTo(200);

            configure(nobody, "allow");
            Eventually.holds(() -> assertThat(gateway.post("/api/rooms/asked:away/messages", "{\"text\":\"x\"}")
                            .statusCode())
                    .isEqualTo(200));
            assertThat(gateway.metric("fanfara_hook_requests_total{hook=\"publish\",result=\"failed\"}"))
                    .isPositive();
        } finally {
            configure(backend.getAddress().getPort(), "deny");
            Eventually.holds(() -> {
                try (TestClient client = TestClient.connect(gateway)) {
                    assertThat(client.hears("welcome").getString("user")).isEqualTo("vouched");
                }
            });
        }
    }
}
