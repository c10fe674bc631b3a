package dev.fanfara.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** nginx in front of several nodes: each request goes to the next of them, and nothing is sticky. */
public final class Nginx implements AutoCloseable {
    private static final String CONFIGURATION = """
            user root;
            worker_processes 1;
            pid nginx.pid;
            error_log error.log warn;
            events {}
            http {
                access_log access.log;
                client_body_temp_path body;
                proxy_temp_path proxy;
                fastcgi_temp_path fastcgi;
                uwsgi_temp_path uwsgi;
                scgi_temp_path scgi;
                map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
                upstream gateway { %s }
                server {
                    listen 127.0.0.1:%d;
                    location / {
                        proxy_pass http://gateway;
                        proxy_http_version 1.1;
                        proxy_set_header Host $http_host;
                        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
                        proxy_set_header Upgrade $http_upgrade;
                        proxy_set_header Connection $connection_upgrade;
                        proxy_buffering off;
                        proxy_read_timeout 120s;
                    }
                }
            }
            """;

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
        String servers = nodes.stream()
                .map(node -> "server " + node.host() + ":" + node.port() + ";")
                .collect(Collectors.joining(" "));
        try {
            Files.writeString(directory.resolve("nginx.conf"), CONFIGURATION.formatted(servers, port));
            Process process = new ProcessBuilder(
                            "/usr/sbin/nginx", "-p", directory.toString(), "-c", "nginx.conf", "-g", "daemon off;")
                    .inheritIO()
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
