package dev.fanfara.cli;

import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** Where commands print to: what picocli was told, so that tests can listen. */
final class Print {
    private Print() {}

    static void line(@Nullable CommandSpec command, String text) {
        if (command == null) {
            throw new IllegalStateException("picocli sets the command before it runs it");
        }
        PrintWriter out = command.commandLine().getOut();
        out.println(text);
        out.flush();
    }
}
