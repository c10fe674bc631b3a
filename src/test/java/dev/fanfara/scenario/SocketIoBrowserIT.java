package dev.fanfara.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.testing.GatewayProcess;
import dev.fanfara.testing.Nginx;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A tutorial's page in a real browser, with the default options, behind the proxy operators are shown. */
class SocketIoBrowserIT {
    @TempDir
    private Path directory;

    @Test
    void aTutorialsPageWorksBehindAProxyThatIsNotStickyAndOutlivesANode() throws IOException, InterruptedException {
        List<GatewayProcess> nodes = GatewayProcess.cluster(2, "--no-demo", "--set", "cluster.minimumSize=1");
        try (Nginx proxy = Nginx.before(directory, nodes)) {
            Process tabs = new ProcessBuilder("node", "test/browser/socketio-tutorial.mjs", proxy.url())
                    .directory(Path.of("src", "main", "web").toFile())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try (BufferedReader said = tabs.inputReader(StandardCharsets.UTF_8)) {
                assertThat(said.readLine()).isEqualTo("chatted");

                nodes.get(1).kill();
                tabs.outputWriter().append("killed\n").flush();

                assertThat(said.readLine()).isEqualTo("chatted again");
                assertThat(tabs.waitFor(20, TimeUnit.SECONDS)).isTrue();
                assertThat(tabs.exitValue()).isZero();
            } finally {
                tabs.destroyForcibly();
            }
        } finally {
            nodes.forEach(GatewayProcess::close);
        }
    }
}
