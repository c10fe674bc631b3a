package dev.fanfara.cli;

import dev.fanfara.config.ConfigException;
import dev.fanfara.config.ConfigSource;
import dev.fanfara.config.Loaded;
import dev.fanfara.config.Setting;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fanfara serve}: runs a node until it is told to stop. */
@Command(name = "serve", mixinStandardHelpOptions = true, description = "Runs a node (the default)")
public final class Serve implements Callable<Integer> {
    /** Runs a node with this configuration; returns when it has stopped. */
    public interface Runner {
        int run(ConfigSource source, Loaded loaded, boolean conformance);
    }

    /** The suites wait for as long as these say, and not longer. */
    private static final List<Setting> OF_THE_SUITES = List.of(
            new Setting("socketio.pingInterval", "300ms", "--conformance"),
            new Setting("socketio.pingTimeout", "200ms", "--conformance"),
            new Setting("socketio.maxPayload", "1000000B", "--conformance"));

    private final Runner runner;

    @Mixin
    private final ConfigOptions options = new ConfigOptions();

    /** A flag, and no key: what it opens must not be left in a configuration file. */
    @Option(
            names = "--conformance",
            description = "For the protocols' public test suites only: echoes without limits at /echo and /engine.io/,"
                    + " and their events at /socket.io/")
    private boolean conformance;

    @Spec
    private @Nullable CommandSpec command;

    public Serve(Runner runner) {
        this.runner = runner;
    }

    @Override
    public Integer call() {
        if (command == null) {
            throw new IllegalStateException("picocli sets the command before it calls it");
        }
        ConfigSource source = options.source(conformance ? OF_THE_SUITES : List.of());
        Loaded loaded;
        try {
            loaded = source.load();
        } catch (ConfigException bad) {
            MistakeReport.print(bad, command.commandLine().getErr());
            return ExitCode.BAD_CONFIGURATION;
        }
        return runner.run(source, loaded, conformance);
    }
}
