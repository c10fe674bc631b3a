package dev.fanfara.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.testing.Eventually;
import dev.fanfara.testing.GatewayProcess;
import dev.fanfara.testing.RawSocket;
import dev.fanfara.testing.TestClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the process starts, refuses to start, and stops. */
class ProcessIT {
    @TempDir
    private Path directory;

    @Test
    void aBadConfigurationEndsWith78AndNamesEveryMistake() throws IOException {
        Path file = directory.resolve("bad.json");
        Files.writeString(file, "{\"server\":{\"prot\":1},\"drain\":{\"window\":20}}");
        try (GatewayProcess gateway = GatewayProcess.launch(Path.of(""), Map.of(), "-c", file.toString())) {
            assertThat(gateway.awaitExit(20)).isEqualTo(78);
            assertThat(gateway.output()).contains("/server/prot", "port", "/drain/window");
        }
    }

    @Test
    void aPortInUseEndsWithOneClearLine() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String key = "server.port=" + taken.getLocalPort();
            try (GatewayProcess gateway = launchOn(taken.getLocalPort())) {
                assertThat(gateway.awaitExit(10)).as(key).isEqualTo(1);
                assertThat(gateway.output())
                        .isEqualTo("fanfara: server.port: cannot listen on 127.0.0.1:" + taken.getLocalPort()
                                + " (Address already in use)");
            }
        }
    }

    private static GatewayProcess launchOn(int port) {
        return GatewayProcess.launch(Path.of(""), Map.of(), "--port", Integer.toString(port));
    }

    @Test
    void theEnvironmentIsReadAndFlagsWinOverIt() {
        Map<String, String> environment =
                Map.of("FANFARA_CONNECTIONS__HEARTBEAT", "7s", "FANFARA_CONNECTIONS__MAX_MESSAGE_SIZE", "1KiB");
        try (GatewayProcess gateway = GatewayProcess.launch(
                Path.of(""),
                environment,
                "--set",
                "connections.heartbeat=9s",
                "--set",
                "connections.heartbeatTimeout=5s")) {
            gateway.awaitReady();
            try (TestClient client = TestClient.connect(gateway)) {
                assertThat(client.hears("welcome").getInteger("heartbeat")).isEqualTo(9_000);
                client.says("{'type':'ping','id':'" + "x".repeat(1100) + "'}");
                assertThat(client.closes().code()).isEqualTo(1009);
            }
        }
    }

    @Test
    void healthFollowsTheLifeOfTheNodeAndASecondSigtermEndsAtOnce() {
        try (GatewayProcess gateway = GatewayProcess.start("--no-demo", "--set", "drain.window=60s")) {
            List<TestClient> clients = connect(gateway, 10);
            for (String check : List.of("live", "ready", "started")) {
                assertThat(gateway.management("/health/" + check).statusCode()).isEqualTo(200);
            }
            gateway.signal("TERM");

            Eventually.holds(() ->
                    assertThat(gateway.management("/health/ready").statusCode()).isEqualTo(503));
            assertThat(gateway.management("/health/live").statusCode()).isEqualTo(200);
            gateway.signal("TERM");
            for (TestClient client : clients) {
                assertThat(client.hears("reconnect").getLong("after")).isPositive();
                assertThat(client.closes()).isEqualTo(new TestClient.Closed(1001, "Server shutting down"));
            }
            assertThat(gateway.awaitExit(2)).isZero();
            clients.forEach(TestClient::close);
        }
    }

    private static List<TestClient> connect(GatewayProcess gateway, int count) {
        List<TestClient> clients = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            clients.add(TestClient.connect(gateway));
        }
        return clients;
    }

    @Test
    void sigtermLetsFiveHundredSocketsGoAndDoesNotWaitForTheOneThatNeverAnswers() {
        int windowSeconds = 3;
        try (GatewayProcess gateway = GatewayProcess.start(
                "--no-demo",
                "--set",
                "drain.window=" + windowSeconds + "s",
                "--set",
                "limits.connectsPerSecond=5000")) {
            List<TestClient> clients = connect(gateway, 500);
            try (RawSocket silent = RawSocket.upgraded(gateway.port(), "/ws")) {
                silent.readUntil(RawSocket.TEXT);
                long before = System.nanoTime();
                gateway.signal("TERM");

                for (TestClient client : clients) {
                    assertThat(client.hears("reconnect").getLong("after")).isPositive();
                    assertThat(client.closes()).isEqualTo(new TestClient.Closed(1001, "Server shutting down"));
                }
                assertThat(gateway.awaitExit(windowSeconds + 5)).isZero();
                assertThat((System.nanoTime() - before) / 1_000_000_000L).isLessThan(windowSeconds + 5);
                silent.awaitEnd();
            }
            clients.forEach(TestClient::close);
        }
    }

    @Test
    void socketsSpeakTlsWithTheFilesOfTheConfiguration() {
        Path tls = Path.of("src", "test", "resources", "tls").toAbsolutePath();
        try (GatewayProcess gateway = GatewayProcess.start(
                "--no-demo",
                "--set",
                "server.tls={\"certificate\":\"" + tls.resolve("localhost.crt") + "\",\"key\":\""
                        + tls.resolve("localhost.key") + "\"}")) {
            try (TestClient alice = TestClient.connectTls(gateway, tls.resolve("localhost.crt"));
                    TestClient bob = TestClient.connectTls(gateway, tls.resolve("localhost.crt"))) {
                alice.joins("private");
                bob.joins("private");
                alice.says("{'type':'message','text':'" + "x".repeat(10_000) + "'}");
                assertThat(bob.hears("message").getString("text")).hasSize(10_000);
            }
        }
    }
}
