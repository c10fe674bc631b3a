package dev.fanfara.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.testing.GatewayProcess;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The page at {@code /}, in a real browser; the picture it takes is the README's. */
class DemoIT {
    @Test
    void theDemoPageMovesAndItsChatTalks() throws IOException, InterruptedException {
        Path picture = Path.of("target", "demo.png").toAbsolutePath();
        Files.deleteIfExists(picture);
        try (GatewayProcess gateway = GatewayProcess.start("--demo")) {
            Process browser = new ProcessBuilder(
                            "node",
                            "test/browser/open-demo.mjs",
                            gateway.url(),
                            picture.toString(),
                            System.getProperty("demo.points", "20"))
                    .directory(Path.of("src", "main", "web").toFile())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            String report = new String(browser.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(browser.waitFor(120, TimeUnit.SECONDS)).isTrue();
            assertThat(new JsonObject(report).getBoolean("ok")).as(report).isTrue();
            assertThat(picture).isNotEmptyFile();
        }
    }

    @Test
    void theDemoPageSaysThatItIsStaleWhenTheGatewayDiesAndGoesOnWhenItIsBack()
            throws IOException, InterruptedException {
        String port = "server.port=" + GatewayProcess.freePorts(1).get(0);
        Process browser;
        BufferedReader page;
        try (GatewayProcess gateway = GatewayProcess.start("--demo", "--set", port)) {
            browser = new ProcessBuilder("node", "test/browser/watch-demo.mjs", gateway.url())
                    .directory(Path.of("src", "main", "web").toFile())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            page = browser.inputReader(StandardCharsets.UTF_8);
            assertThat(page.readLine()).isEqualTo("live");

            gateway.kill();
            assertThat(page.readLine()).isEqualTo("stale");
        }
        try (GatewayProcess gateway = GatewayProcess.start("--demo", "--set", port)) {
            assertThat(page.readLine()).isEqualTo("live");
            assertThat(page.readLine()).isEqualTo("kept");
            assertThat(browser.waitFor(20, TimeUnit.SECONDS)).isTrue();
        }
    }
}
