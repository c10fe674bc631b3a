package dev.fanfara.cli;

import dev.fanfara.config.ConfigException;
import dev.fanfara.config.ConfigSource;
import dev.fanfara.config.Loaded;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fanfara check}: finds all mistakes of a configuration before a gateway does. */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        description = "Validates a configuration; exit 0, or 78 with every mistake it has")
public final class Check implements Callable<Integer> {
    @Mixin
    private final ConfigOptions options = new ConfigOptions();

    @Option(
            names = "--against",
            paramLabel = "FILE",
            description = "The file now in force: names the changed keys that need a restart")
    private @Nullable Path against;

    @Spec
    private @Nullable CommandSpec command;

    @Override
    public Integer call() {
        if (command == null) {
            throw new IllegalStateException("picocli sets the command before it calls it");
        }
        PrintWriter out = command.commandLine().getOut();
        try {
            Loaded loaded = options.source().load();
            loaded.warnings().forEach(warning -> out.println("warning: " + warning));
            if (against != null) {
                Loaded inForce = new ConfigSource(against, System.getenv(), List.of()).load();
                loaded.needsRestart(inForce).forEach(key -> out.println("needs a restart: " + key));
            } else {
                out.println("a change needs a restart: "
                        + String.join(" ", new TreeSet<>(loaded.atStart().keySet())));
            }
            out.println("ok, hash " + loaded.hash());
            out.flush();
            return ExitCode.OK;
        } catch (ConfigException bad) {
            MistakeReport.print(bad, command.commandLine().getErr());
            return ExitCode.BAD_CONFIGURATION;
        }
    }
}
