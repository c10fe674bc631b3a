package dev.fanfara.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The JavaScript client in Node and in Chromium, by its own tests: {@code src/main/web/test/gateway}. */
class JavaScriptClientIT {
    @Test
    void theClientKeepsItsWordAgainstTheRealGateway() throws IOException, InterruptedException {
        ProcessBuilder tests = new ProcessBuilder("npm", "run", "--silent", "test:gateway")
                .directory(Path.of("src", "main", "web").toFile())
                .inheritIO();
        String jar = System.getProperty("fanfara.jar", "target/fanfara.jar");
        tests.environment().put("FANFARA_JAR", Path.of(jar).toAbsolutePath().toString());
        Process running = tests.start();
        try {
            assertThat(running.waitFor(15, TimeUnit.MINUTES)).isTrue();
            assertThat(running.exitValue()).isZero();
        } finally {
            running.destroy();
        }
    }
}
