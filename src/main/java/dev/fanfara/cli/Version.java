package dev.fanfara.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code fanfara version}: what to write into a bug report. */
@Command(name = "version", mixinStandardHelpOptions = true, description = "Prints version, commit and JVM")
public final class Version implements Runnable {
    @Spec
    private @Nullable CommandSpec command;

    @Override
    public void run() {
        Build build = Build.CURRENT;
        Print.line(
                command,
                "fanfara " + build.version() + "\ncommit " + build.commit() + "\njvm "
                        + System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"));
    }
}
