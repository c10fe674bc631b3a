package dev.fanfara.cli;

import dev.fanfara.config.ConfigSource;
import dev.fanfara.config.Setting;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** The options that say which configuration is meant; a mixin for every command that needs one. */
public final class ConfigOptions {
    private static final Path DEFAULT_FILE = Path.of("conf", "fanfara.json");

    @Spec(Target.MIXEE)
    private @Nullable CommandSpec command;

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = "Configuration file (default: conf/fanfara.json if it is there)")
    private @Nullable Path config;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Sets one key, such as server.port=8081; lists and objects as JSON (repeatable)")
    private List<String> set = new ArrayList<>();

    @Option(names = "--port", paramLabel = "PORT", description = "Client port; 0 picks a free one")
    private @Nullable Integer port;

    @Option(names = "--management-port", paramLabel = "PORT", description = "Management port; 0 picks a free one")
    private @Nullable Integer managementPort;

    @Option(names = "--cluster", negatable = true, description = "Joins other nodes, or stays alone")
    private @Nullable Boolean cluster;

    @Option(names = "--demo", negatable = true, description = "Feeds the room demo with moving numbers, or does not")
    private @Nullable Boolean demo;

    /** What the options name. A {@code --set} that is none is a usage error: exit 2. */
    public ConfigSource source() {
        return source(List.of());
    }

    /** {@code before} wins over the file, and the options win over it. */
    ConfigSource source(List<Setting> before) {
        List<Setting> all = new ArrayList<>(before);
        all.addAll(settings());
        return source(System.getenv(), Path.of(""), all);
    }

    ConfigSource source(Map<String, String> environment, Path workingDirectory) {
        return source(environment, workingDirectory, settings());
    }

    private ConfigSource source(Map<String, String> environment, Path workingDirectory, List<Setting> settings) {
        return new ConfigSource(file(workingDirectory), environment, settings);
    }

    private @Nullable Path file(Path workingDirectory) {
        if (config != null) {
            return config;
        }
        Path usual = workingDirectory.resolve(DEFAULT_FILE);
        return Files.exists(usual) ? usual : null;
    }

    /** The short flags come last: they are the plainer wish. */
    private List<Setting> settings() {
        List<Setting> settings = new ArrayList<>();
        for (String each : set) {
            int equals = each.indexOf('=');
            if (equals < 1) {
                throw usage("--set: expected KEY=VALUE, such as --set server.port=8081");
            }
            String path = each.substring(0, equals);
            settings.add(new Setting(path, each.substring(equals + 1), "--set " + path));
        }
        add(settings, "server.port", port, "--port");
        add(settings, "management.port", managementPort, "--management-port");
        add(settings, "cluster.enabled", cluster, "--cluster");
        add(settings, "demo", demo, "--demo");
        return settings;
    }

    private static void add(List<Setting> settings, String path, @Nullable Object value, String flag) {
        if (value != null) {
            settings.add(new Setting(path, value.toString(), flag));
        }
    }

    private RuntimeException usage(String sentence) {
        if (command == null) {
            return new IllegalStateException(sentence);
        }
        return new ParameterException(command.commandLine(), sentence);
    }
}
