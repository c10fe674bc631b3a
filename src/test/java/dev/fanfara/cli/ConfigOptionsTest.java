package dev.fanfara.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.config.GatewayConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class ConfigOptionsTest {
    @TempDir
    private Path folder;

    @Command
    private static final class Anything implements Runnable {
        @Mixin
        private final ConfigOptions options = new ConfigOptions();

        @Override
        public void run() {}
    }

    @Test
    void usualFileIsTakenWhenItIsThere() throws Exception {
        assertThat(config().server().port()).isEqualTo(8080);

        Files.createDirectory(folder.resolve("conf"));
        Files.writeString(folder.resolve("conf/fanfara.json"), "{\"server\":{\"port\":8888}}");
        assertThat(config().server().port()).isEqualTo(8888);
    }

    @Test
    void flagsOfTwoNodesOnOneMachine() {
        GatewayConfig config = config(
                "--cluster",
                "--port",
                "8081",
                "--management-port",
                "9091",
                "--set",
                "cluster.port=5702",
                "--set",
                "cluster.eventBusPort=15702");

        assertThat(config.cluster().enabled()).isTrue();
        assertThat(config.server().port()).isEqualTo(8081);
        assertThat(config.management().port()).isEqualTo(9091);
        assertThat(config.cluster().port()).isEqualTo(5702);
        assertThat(config.cluster().eventBusPort()).isEqualTo(15702);
    }

    @Test
    void flagsSayYesAndNo() {
        assertThat(config().demo()).isTrue();
        assertThat(config("--no-demo").demo()).isFalse();
        assertThat(config("--set", "demo=false", "--demo").demo()).isTrue();
        assertThat(config("--set", "cluster.enabled=true", "--no-cluster")
                        .cluster()
                        .enabled())
                .isFalse();
        assertThat(config("--cluster").cluster().enabled()).isTrue();
    }

    @Test
    void valueMayHoldAnEqualsSign() {
        assertThat(config("--set", "auth.issuer=https://a/?b=c").auth().issuer())
                .isEqualTo("https://a/?b=c");
    }

    private GatewayConfig config(String... arguments) {
        Anything command = new Anything();
        new CommandLine(command).parseArgs(arguments);
        return command.options.source(Map.of(), folder).load().config();
    }
}
