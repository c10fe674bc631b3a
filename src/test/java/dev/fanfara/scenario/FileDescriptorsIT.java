package dev.fanfara.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.testing.Eventually;
import dev.fanfara.testing.GatewayProcess;
import dev.fanfara.testing.RawSocket;
import dev.fanfara.testing.TestClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** More sockets than the process may have; the limit is changed while it runs, as an operator can. */
class FileDescriptorsIT {
    private static final long SOON_MS = 2_000;

    private final GatewayProcess gateway = GatewayProcess.start("--no-demo", "--set", "limits.handshake=1m");
    private final List<Socket> sockets = new ArrayList<>();

    @AfterEach
    void stop() {
        release();
        gateway.close();
    }

    @Test
    void excessIsClosedTheOperatorIsServedAndSoIsWhoComesAfterwards() throws IOException {
        limit(openDescriptors() + 200);

        connect(600);

        assertThat(gateway.management("/health/live").statusCode()).isEqualTo(200);
        Eventually.holds(() -> assertThat(gateway.metric("fanfara_rate_limited_total{scope=\"connects\"}"))
                .isGreaterThan(300));
        assertThat(gateway.management("/metrics").statusCode()).isEqualTo(200);

        release();
        acceptsAgainSoon();
    }

    @Test
    void withoutOneFreeDescriptorNothingBreaksForGood() throws IOException {
        limit(openDescriptors());

        connect(50);

        limit(4_096);
        acceptsAgainSoon();
        assertThat(gateway.management("/health/live").statusCode()).isEqualTo(200);
    }

    private void acceptsAgainSoon() {
        long released = System.nanoTime();
        try (RawSocket raw = RawSocket.connect(gateway.port())) {
            assertThat(raw.requestUpgrade("/ws")).startsWith("HTTP/1.1 101");
        }
        assertThat(Duration.ofNanos(System.nanoTime() - released).toMillis()).isLessThan(SOON_MS + 1_000);
        try (TestClient client = TestClient.connect(gateway)) {
            client.joins("room");
        }
    }

    private void connect(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            sockets.add(new Socket("127.0.0.1", gateway.port()));
        }
    }

    private void release() {
        for (Socket socket : sockets) {
            try {
                socket.close();
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }
        sockets.clear();
    }

    private long openDescriptors() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/" + gateway.pid() + "/fd"))) {
            return open.count();
        }
    }

    private void limit(long descriptors) throws IOException {
        try {
            int exit = new ProcessBuilder("prlimit", "--nofile=" + descriptors + ":4096", "--pid=" + gateway.pid())
                    .inheritIO()
                    .start()
                    .waitFor();
            assertThat(exit).isZero();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError(interrupted);
        }
    }
}
