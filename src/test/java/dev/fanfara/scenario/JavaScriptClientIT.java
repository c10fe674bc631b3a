package dev.fanfara.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.testing.Program;
import io.vertx.core.json.JsonArray;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The JavaScript client in Node and in Chromium, by its own tests: {@code src/main/web/test/gateway}. */
class JavaScriptClientIT {
    @Test
    @Timeout(value = 15, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void theClientKeepsItsWordAgainstTheRealGateway() throws IOException, InterruptedException {
        ProcessBuilder tests = new ProcessBuilder("npm", "run", "--silent", "test:gateway")
                .directory(Path.of("src", "main", "web").toFile())
                .redirectErrorStream(true);
        tests.environment().put("FANFARA_COMMAND", new JsonArray(Program.command("-Xmx256m")).encode());
        Process running = tests.start();
        try (InputStream said = running.getInputStream()) {
            // Neither what comes in nor what goes out is its own: this process talks with Maven there.
            running.getOutputStream().close();
            String report = new String(said.readAllBytes(), StandardCharsets.UTF_8);
            assertThat(running.waitFor()).as(report).isZero();
        } finally {
            running.destroy();
        }
    }
}
