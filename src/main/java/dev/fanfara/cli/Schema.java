package dev.fanfara.cli;

import dev.fanfara.config.ConfigSchema;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code fanfara schema}: what {@code conf/fanfara.schema.json} holds. */
@Command(name = "schema", mixinStandardHelpOptions = true, description = "Prints the JSON Schema of the configuration")
public final class Schema implements Runnable {
    @Spec
    private @Nullable CommandSpec command;

    @Override
    public void run() {
        Print.line(command, ConfigSchema.schema().encodePrettily());
    }
}
