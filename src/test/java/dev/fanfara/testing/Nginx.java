package dev.fanfara.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** nginx in front of several nodes: each request goes to the next of them, and nothing is sticky. */
public final class Nginx implements AutoCloseable {
    /** What operators are shown; only addresses and places are others here. */
    private static final Path EXAMPLE = Path.of("conf", "nginx.example.conf");

    private static final String MAIN = """
            user root;
            worker_processes 1;
            pid nginx.pid;
            error_log error.log warn;
            """;
    private static final String PLACES = """
                access_log access.log;
                client_body_temp_path body;
                proxy_temp_path proxy;
                fastcgi_temp_path fastcgi;
                uwsgi_temp_path uwsgi;
                scgi_temp_path scgi;
            """;

    private static final int FIRST_PORT = 8080;

    private final Path directory;
    private final int port;
    private final Process process;

    private Nginx(Path directory, int port, Process process) {
        this.directory = directory;
        this.port = port;
        this.process = process;
    }

    /** Everything it writes goes into the directory. Returns when it listens. */
    public static Nginx before(Path directory, List<GatewayProcess> nodes) {
        int port = GatewayProcess.freePorts(1).get(0);
        try {
            String configuration = Files.readString(EXAMPLE);
            for (int node = 0; node < nodes.size(); node++) {
                String shown = "127.0.0.1:" + (FIRST_PORT + node);
                assertThat(configuration).contains(shown);
                configuration = configuration.replace(
                        shown, nodes.get(node).host() + ":" + nodes.get(node).port());
            }
            Files.writeString(
                    directory.resolve("nginx.conf"),
                    MAIN
                            + configuration
                                    .replace("    access_log off;\n", PLACES)
                                    .replace("listen 8000;", "listen 127.0.0.1:" + port + ";"));
            Process process = new ProcessBuilder(
                            "/usr/sbin/nginx", "-p", directory.toString(), "-c", "nginx.conf", "-g", "daemon off;")
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("output.log").toFile())
                    .start();
            Nginx nginx = new Nginx(directory, port, process);
            Eventually.holds(nginx::listens);
            return nginx;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private void listens() {
        try (Socket probe = new Socket()) {
            probe.connect(new InetSocketAddress("127.0.0.1", port));
        } catch (IOException notYet) {
            throw new AssertionError(notYet);
        }
    }

    public String url() {
        return "http://127.0.0.1:" + port;
    }

    /** What it passed on, a line for each request. */
    public List<String> requests() {
        try {
            return Files.readAllLines(directory.resolve("access.log"));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Its worker goes with it only if it is told, not killed. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
