package dev.fanfara.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.testing.Eventually;
import dev.fanfara.testing.GatewayProcess;
import dev.fanfara.testing.HttpLoad;
import dev.fanfara.testing.RawSocket;
import dev.fanfara.testing.TestClient;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Nodes with a small heap, and more to publish than they can bear. */
class OverloadIT {
    private static final String RULES = "rooms=[{\"match\":\"log:**\",\"mode\":\"log\",\"presence\":\"none\"},"
            + "{\"match\":\"state:**\",\"mode\":\"state\",\"presence\":\"none\"},"
            + "{\"match\":\"brief:**\",\"mode\":\"log\",\"presence\":\"none\",\"history\":{\"ttl\":\"10s\"}},"
            + "{\"match\":\"**\",\"presence\":\"none\"}]";
    private static final int CONNECTIONS = 64;
    private static final List<String> ROOMS = List.of("plain", "log:a", "log:b", "state:a");

    private static String[] small(String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "-Xmx128m",
                "--no-demo",
                "--set",
                RULES,
                "--set",
                "limits.messages=1000000/1s",
                "--set",
                "limits.requestsPerIp=1000000/1s",
                "--set",
                "connections.outboundBudget=16MiB"));
        arguments.addAll(List.of(more));
        return arguments.toArray(new String[0]);
    }

    @Test
    void morePublicationsThanItCanBearAreRefusedAndNoneIsLost() throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        try (GatewayProcess gateway = GatewayProcess.start(small());
                RawSocket member = RawSocket.upgraded(gateway.port(), "/ws");
                RawSocket publisher = RawSocket.upgraded(gateway.port(), "/ws")) {
            member.says("{'type':'join','room':'log:a'}").readUntil(RawSocket.TEXT);
            publisher.says("{'type':'join','room':'log:a'}").readUntil(RawSocket.TEXT);
            String text = "x".repeat(300);
            int pipelined = 10_000;
            AtomicInteger delivered = new AtomicInteger();
            Future<int[]> acked = threads.submit(() -> acks(publisher, pipelined));
            threads.execute(() -> countMessages(member, delivered));
            threads.execute(() -> {
                byte[] said = ("{\"type\":\"message\",\"id\":1,\"text\":\"" + text + "\"}")
                        .getBytes(StandardCharsets.US_ASCII);
                for (int i = 0; i < pipelined; i++) {
                    publisher.sends(true, RawSocket.TEXT, said);
                }
            });

            HttpLoad load = HttpLoad.run(gateway.port(), CONNECTIONS, 5, connection -> {
                String room = ROOMS.get(connection % ROOMS.size());
                String body = room.startsWith("state")
                        ? "{\"data\":{\"k" + connection + "\":\"" + text + "\"}}"
                        : "{\"text\":\"" + text + "\"}";
                return HttpLoad.post("/api/rooms/" + room + "/messages", body);
            });
            int[] takenAndRefused = acked.get(120, TimeUnit.SECONDS);

            assertThat(load.answered(200) + load.answered(429) + load.answered(503))
                    .isEqualTo(load.answered());
            assertThat(load.refusedWithoutRetryAfter()).isZero();
            assertThat(takenAndRefused[0] + takenAndRefused[1]).isEqualTo(pipelined);
            long taken = load.taken(
                            connection -> ROOMS.get(connection % ROOMS.size()).equals("log:a"))
                    + takenAndRefused[0];
            assertThat(offset(gateway, "log:a")).isEqualTo(taken);
            assertThat(offset(gateway, "log:b"))
                    .isEqualTo(load.taken(
                            connection -> ROOMS.get(connection % ROOMS.size()).equals("log:b")));
            Eventually.holds(() -> assertThat((long) delivered.get()).isEqualTo(taken));
            assertThat(gateway.output()).doesNotContain("memory is low");
            Eventually.holds(
                    () -> assertThat(gateway.metric("fanfara_intake_bytes")).isZero());
        } finally {
            threads.shutdownNow();
        }
    }

    private static int[] acks(RawSocket publisher, int expected) {
        int[] takenAndRefused = new int[2];
        while (takenAndRefused[0] + takenAndRefused[1] < expected) {
            String answer = publisher.readUntil(RawSocket.TEXT).text();
            if (answer.startsWith("{\"type\":\"ack\"")) {
                takenAndRefused[0]++;
            } else if (answer.startsWith("{\"type\":\"error\"")) {
                assertThat(answer).containsAnyOf("unavailable", "rate-limited");
                takenAndRefused[1]++;
            }
        }
        return takenAndRefused;
    }

    private static void countMessages(RawSocket member, AtomicInteger delivered) {
        while (true) {
            if (member.readUntil(RawSocket.TEXT).text().startsWith("{\"type\":\"message\"")) {
                delivered.incrementAndGet();
            }
        }
    }

    private static long offset(GatewayProcess gateway, String room) {
        return new JsonObject(
                        gateway.get("/api/rooms/" + room + "/messages?limit=1").body())
                .getLong("offset");
    }

    /** What it promised to keep for slow clients is more memory than it has. */
    @Test
    void aNodeThatIsSpentServesOrIsGone() {
        List<RawSocket> readers = new ArrayList<>();
        try (GatewayProcess gateway = GatewayProcess.start(
                small("-Xmx64m", "-XX:MaxDirectMemorySize=16m", "--set", "limits.outboundPerNode=60MiB"))) {
            for (int i = 0; i < 30; i++) {
                readers.add(RawSocket.upgradedWithSmallBuffer(gateway.port(), "/ws")
                        .says("{'type':'join','room':'log:a'}"));
            }
            String body = "{\"text\":\"" + "x".repeat(60_000) + "\"}";
            try {
                HttpLoad.run(gateway.port(), 16, 4, connection -> HttpLoad.post("/api/rooms/log:a/messages", body));
            } catch (AssertionError broken) {
                assertThat(gateway.awaitExit(5)).as("%s", broken.getCause()).isNotNull();
            }

            Integer exit = gateway.awaitExit(1);
            if (exit == null) {
                long begin = System.nanoTime();
                assertThat(gateway.get("/api/stats").statusCode()).isEqualTo(200);
                assertThat(System.nanoTime() - begin).isLessThan(TimeUnit.SECONDS.toNanos(5));
            } else {
                assertThat(exit).isEqualTo(1);
                assertThat(gateway.output()).contains("out of memory");
            }
        } finally {
            readers.forEach(RawSocket::close);
        }
    }

    @Test
    @Tag("long")
    void whenWhatRoomsRememberFillsTheHeapNothingMoreIsKeptUntilSomeIsForgotten() {
        try (GatewayProcess gateway = GatewayProcess.start(small("-Xmx64m"));
                TestClient resident = TestClient.connect(gateway)) {
            resident.joins("plain");
            AtomicInteger room = new AtomicInteger();
            String text = "x".repeat(60_000);

            HttpLoad load = HttpLoad.run(
                    gateway.port(),
                    8,
                    60,
                    connection -> HttpLoad.post(
                            "/api/rooms/brief:" + room.incrementAndGet() + "/messages", "{\"text\":\"" + text + "\"}"),
                    soFar -> soFar.answered(503) > 100);

            assertThat(load.answered(503)).isPositive();
            assertThat(load.answered(200) + load.answered(503)).isEqualTo(load.answered());
            assertThat(load.refusedWithoutRetryAfter()).isZero();
            assertThat(gateway.metric("fanfara_memory_low")).isOne();
            assertThat(gateway.output()).containsOnlyOnce("memory is low,");
            resident.asks("'type':'message','text':'still here'");
            RawSocket newcomer = RawSocket.connect(gateway.port());
            assertThat(newcomer.requestUpgrade("/ws"))
                    .startsWith("HTTP/1.1 503")
                    .containsIgnoringCase("retry-after");
            newcomer.close();

            long begin = System.nanoTime();
            while (gateway.metric("fanfara_memory_low") > 0) {
                assertThat(System.nanoTime() - begin).isLessThan(TimeUnit.SECONDS.toNanos(60));
                LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
            }
            assertThat(gateway.post("/api/rooms/brief:1/messages", "{\"text\":\"again\"}")
                            .statusCode())
                    .isEqualTo(200);
            assertThat(gateway.output()).containsOnlyOnce("memory suffices again");
        }
    }
}
