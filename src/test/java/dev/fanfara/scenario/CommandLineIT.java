package dev.fanfara.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.testing.Eventually;
import dev.fanfara.testing.GatewayProcess;
import dev.fanfara.testing.Program;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that ask a running gateway, as an operator types them. */
class CommandLineIT {
    private static GatewayProcess gateway;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() {
        gateway = GatewayProcess.start(
                "--no-demo", "--set", "rooms=[{\"match\":\"log:**\",\"mode\":\"log\"},{\"match\":\"**\"}]");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @Test
    void whatIsPublishedIsTailedAndCounted() throws Exception {
        try (Run first = run("publish", "log:a", "{\"n\":1}")) {
            assertThat(first.line()).startsWith("log:a: published, offset 1 of epoch ");
            assertThat(first.exit()).isEqualTo(0);
        }
        try (Run tail = run("tail", "log:a", "lobby", "--history", "5", "--count", "2")) {
            assertThat(new JsonObject(tail.line()).getJsonObject("data").getInteger("n"))
                    .isEqualTo(1);
            awaitMember("lobby");
            try (Run rooms = run("rooms", "lob")) {
                assertThat(rooms.line()).endsWith("ROOM");
                assertThat(rooms.line()).isEqualTo("       1  plain           -  lobby");
            }
            try (Run second = run("publish", "lobby", "--text", "hello")) {
                assertThat(second.exit()).isEqualTo(0);
            }
            assertThat(new JsonObject(tail.line()).getString("text")).isEqualTo("hello");
            assertThat(tail.exit()).isEqualTo(0);
            assertThat(tail.errors()).isEmpty();
        }
    }

    @Test
    void aTailEndsWhenNobodyReadsIt() throws Exception {
        try (Run tail = run("tail", "pipe")) {
            awaitMember("pipe");
            tail.out.close();
            publish("pipe");
            assertThat(tail.exit()).isEqualTo(0);
            assertThat(tail.errors()).isEmpty();
        }
    }

    @Test
    void aTailEndsWhenItIsInterrupted() throws Exception {
        try (Run tail = run("tail", "signal")) {
            awaitMember("signal");
            publish("signal");
            assertThat(new JsonObject(tail.line()).getString("room")).isEqualTo("signal");
            tail.interrupt();
            assertThat(tail.exit()).isEqualTo(130);
            assertThat(tail.errors()).isEmpty();
        }
    }

    private static void publish(String room) {
        assertThat(gateway.post("/api/rooms/" + room + "/messages", "{\"text\":\"x\"}")
                        .statusCode())
                .isEqualTo(200);
    }

    private static void awaitMember(String room) {
        Eventually.holds(() -> assertThat(
                        new JsonObject(gateway.get("/api/rooms/" + room).body()).getInteger("members"))
                .isEqualTo(1));
    }

    private Run run(String... arguments) throws IOException {
        List<String> command = Program.command();
        command.addAll(Arrays.asList(arguments));
        Path errors = Files.createTempFile(folder, "command", ".err");
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
        builder.environment().put("FANFARA_URL", gateway.url());
        return new Run(builder.start(), errors);
    }

    private static final class Run implements AutoCloseable {
        private final Process process;
        private final Path errors;
        private final BufferedReader out;

        Run(Process process, Path errors) {
            this.process = process;
            this.errors = errors;
            this.out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        }

        String line() throws IOException {
            String line = out.readLine();
            assertThat(line).as(errors()).isNotNull();
            return line;
        }

        String errors() throws IOException {
            return Files.readString(errors);
        }

        int exit() throws InterruptedException {
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            return process.exitValue();
        }

        void interrupt() throws IOException, InterruptedException {
            new ProcessBuilder("kill", "-INT", Long.toString(process.pid()))
                    .start()
                    .waitFor();
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }
}
