package dev.fanfara.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.testing.GatewayProcess;
import dev.fanfara.testing.Program;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code fanfara bench}, as an operator runs it. */
class BenchIT {
    private static GatewayProcess gateway;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() {
        gateway = GatewayProcess.start("--no-demo", "--set", "limits.messages=1000000/1m");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @Test
    void anOpenLoopDeliversWhatItAskedFor() throws Exception {
        Run run = bench(gateway.port(), "--connections", "40", "--rooms", "4", "--rate", "100", "--duration", "2s");

        assertThat(run.exit()).as(run.errors()).isEqualTo(0);
        assertThat(run.result().getLong("lost")).isZero();
        assertThat(run.result().getDouble("publishedPerSecond")).isBetween(90.0, 110.0);
        assertThat(run.result().getDouble("deliveriesPerSecond")).isBetween(900.0, 1100.0);
        assertThat(run.result().getJsonObject("latencyMs").getDouble("p99")).isGreaterThan(0);
    }

    @Test
    void aClosedLoopDeliversEachMessageToEveryMember() throws Exception {
        Run run = bench(
                gateway.port(),
                "--connections",
                "20",
                "--in-flight",
                "4",
                "--publishers",
                "2",
                "--loops",
                "2",
                "--duration",
                "1s",
                "--pid",
                Long.toString(gateway.pid()));

        assertThat(run.exit()).as(run.errors()).isEqualTo(0);
        assertThat(run.result().getLong("lost")).isZero();
        long published = run.result().getLong("published");
        assertThat(published).isGreaterThan(10);
        assertThat(run.result().getLong("deliveries")).isBetween(20 * (published - 5), 20 * (published + 5));
        assertThat(run.result().getJsonObject("process").getLong("residentBytesAtEnd"))
                .isGreaterThan(10_000_000);
    }

    /** More is in flight than a socket takes at once, so every way to write goes on where it was stopped. */
    @ParameterizedTest
    @ValueSource(strings = {"auto", "epoll", "nio"})
    void noTransportLosesOrReordersWhatASocketDoesNotTakeAtOnce(String transport) throws Exception {
        try (GatewayProcess other = GatewayProcess.start(
                "--no-demo",
                "--set",
                "server.transport=" + transport,
                "--set",
                "limits.messages=1000000/1m",
                "--set",
                "connections.outboundBudget=64MiB")) {
            Run run = bench(
                    other.port(),
                    "--connections",
                    "12",
                    "--rooms",
                    "3",
                    "--rooms-per-connection",
                    "2",
                    "--in-flight",
                    "256",
                    "--payload",
                    "30000",
                    "--duration",
                    "1s");

            assertThat(run.exit()).as(run.errors()).isEqualTo(0);
            assertThat(run.result().getLong("deliveries")).isGreaterThan(1_000);
            assertThat(run.result().getLong("reordered")).isZero();
            assertThat(run.result().getLong("lost")).isZero();
        }
    }

    @Test
    void whatTheGatewayRefusesIsToldWithTheLimitToRaise() throws Exception {
        try (GatewayProcess strict = GatewayProcess.start("--no-demo", "--set", "limits.messages=10/1m")) {
            Run run = bench(strict.port(), "--connections", "2", "--rate", "100", "--duration", "1s");

            assertThat(run.exit()).isEqualTo(1);
            JsonObject error = run.result().getJsonArray("errors").getJsonObject(0);
            assertThat(error.getString("code")).isEqualTo("rate-limited");
            assertThat(error.getString("hint")).contains("limits.messages");
        }
    }

    @Test
    void aLostMessageIsFound() throws Exception {
        Run run = againstRelay((soFar, nth) -> nth == 30 ? List.of() : List.of(nth));

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.result().getLong("lost")).isEqualTo(3);
        assertThat(run.result().getLong("reordered")).isZero();
        assertThat(run.result().getLong("duplicated")).isZero();
    }

    @Test
    void aReorderedMessageIsFound() throws Exception {
        Run run = againstRelay((soFar, nth) -> nth == 30 ? List.of() : nth == 31 ? List.of(31, 30) : List.of(nth));

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.result().getLong("reordered")).isEqualTo(3);
        assertThat(run.result().getLong("lost")).isZero();
    }

    @Test
    void aDoubledMessageIsFound() throws Exception {
        Run run = againstRelay((soFar, nth) -> nth == 30 ? List.of(30, 30) : List.of(nth));

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.result().getLong("duplicated")).isEqualTo(3);
        assertThat(run.result().getLong("lost")).isZero();
    }

    @Test
    void aServerThatIsNotThereIsOneLine() throws Exception {
        int port = GatewayProcess.freePorts(1).get(0);

        Run run = bench(port, "--connections", "1");

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.output()).isEmpty();
        assertThat(run.errors().lines().filter(line -> !line.startsWith("connecting: ")))
                .containsExactly("fanfara bench: cannot connect to ws://127.0.0.1:" + port + "/ws: Connection refused");
    }

    @Test
    void nonsenseIsAUsageError() throws Exception {
        assertThat(bench(1, "--rate", "5", "--in-flight", "5").exit()).isEqualTo(2);
        assertThat(bench(1, "--payload", "3").exit()).isEqualTo(2);
    }

    private record Run(int exit, String output, String errors) {
        JsonObject result() {
            assertThat(output).as(errors).isNotEmpty();
            return new JsonObject(output);
        }
    }

    /** Which of the messages so far leave after the {@code nth} came; one room, three members. */
    private interface Relay {
        List<Integer> after(List<String> soFar, int nth);
    }

    private Run againstRelay(Relay relay) throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            List<ServerWebSocket> members = new ArrayList<>();
            List<String> messages = new ArrayList<>();
            HttpServer server = vertx.createHttpServer(new HttpServerOptions().setHost("127.0.0.1"))
                    .webSocketHandler(socket -> socket.textMessageHandler(text -> {
                        if (text.startsWith("{\"type\":\"join\"")) {
                            members.add(socket);
                            socket.writeTextMessage("{\"type\":\"joined\"}");
                            return;
                        }
                        messages.add(text);
                        for (int nth : relay.after(messages, messages.size() - 1)) {
                            members.stream()
                                    .filter(member -> member != socket)
                                    .forEach(member -> member.writeTextMessage(messages.get(nth)));
                        }
                    }))
                    .listen(0)
                    .await(10, TimeUnit.SECONDS);
            return bench(server.actualPort(), "--connections", "3", "--rate", "50", "--duration", "1s");
        } finally {
            vertx.close().await(10, TimeUnit.SECONDS);
        }
    }

    private Run bench(int port, String... arguments) throws IOException, InterruptedException {
        List<String> command = Program.command("-Xmx256m");
        command.addAll(List.of("bench", "--url", "ws://127.0.0.1:" + port, "--warmup", "500ms", "--json"));
        command.addAll(Arrays.asList(arguments));
        Path errors = Files.createTempFile(folder, "bench", ".err");
        Process process =
                new ProcessBuilder(command).redirectError(errors.toFile()).start();
        try (InputStream output = process.getInputStream()) {
            String text = new String(output.readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            return new Run(process.exitValue(), text, Files.readString(errors));
        } finally {
            process.destroyForcibly();
        }
    }
}
