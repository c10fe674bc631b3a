package dev.fanfara.cli;

import dev.fanfara.config.ConfigSchema;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code fanfara defaults}: what is so when a file says nothing. */
@Command(name = "defaults", mixinStandardHelpOptions = true, description = "Prints the complete default configuration")
public final class Defaults implements Runnable {
    @Spec
    private @Nullable CommandSpec command;

    @Override
    public void run() {
        Print.line(command, ConfigSchema.defaults().encodePrettily());
    }
}
