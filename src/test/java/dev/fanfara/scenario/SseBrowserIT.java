package dev.fanfara.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.testing.GatewayProcess;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A real browser's {@code EventSource}, which decides itself when it comes back and what it shows then. */
class SseBrowserIT {
    private static final String ROOM = "log:tab";

    @Test
    void aTabComesBackByItselfAndSaysWhereItWas() throws IOException, InterruptedException {
        String port = "server.port=" + GatewayProcess.freePorts(1).get(0);
        Process browser;
        BufferedReader tab;
        String epoch;
        try (GatewayProcess gateway = start(port)) {
            browser = new ProcessBuilder("node", "test/browser/watch-sse.mjs", gateway.url(), "room=" + ROOM)
                    .directory(Path.of("src", "main", "web").toFile())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            tab = browser.inputReader(StandardCharsets.UTF_8);
            epoch = heard(tab, "joined").getJsonObject("data").getString("epoch");
            say(gateway, "hello");
            JsonObject message = heard(tab, "message");
            assertThat(message.getJsonObject("data").getString("text")).isEqualTo("hello");
            assertThat(message.getString("id")).isNotEmpty();

            gateway.signal("TERM");
            assertThat(heard(tab, "reconnect").getJsonObject("data").getLong("after"))
                    .isPositive();
            assertThat(gateway.awaitExit(15)).isZero();
        }
        try (GatewayProcess gateway = start(port)) {
            JsonObject joined = heard(tab, "joined").getJsonObject("data");
            // It showed its cursor; but this gateway remembers nothing of the one before.
            assertThat(joined.getBoolean("recovered")).isFalse();
            assertThat(joined.getString("epoch")).isNotEqualTo(epoch);
            say(gateway, "last");
            heard(tab, "message");
            assertThat(browser.waitFor(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static GatewayProcess start(String port) {
        return GatewayProcess.start(
                "--no-demo",
                "--set",
                port,
                "--set",
                "drain.window=1s",
                "--set",
                "rooms=[{\"match\":\"log:*\",\"mode\":\"log\"}]");
    }

    private static void say(GatewayProcess gateway, String text) {
        assertThat(gateway.post("/api/rooms/" + ROOM + "/messages", "{\"text\":\"" + text + "\"}")
                        .statusCode())
                .isEqualTo(200);
    }

    private static JsonObject heard(BufferedReader tab, String name) throws IOException {
        JsonObject event = new JsonObject(String.valueOf(tab.readLine()));
        assertThat(event.getString("name")).as(event.encode()).isEqualTo(name);
        return event;
    }
}
