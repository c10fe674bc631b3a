package dev.fanfara.cli;

import dev.fanfara.config.ConfigException;
import dev.fanfara.json.Mistake;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;

/** Prints what is wrong with a configuration for the person who must mend it, one block a mistake. */
public final class MistakeReport {
    private MistakeReport() {}

    public static void print(ConfigException bad, PrintWriter out) {
        String message = String.valueOf(bad.getMessage());
        out.println(message.lines().findFirst().orElse(message));
        for (Mistake mistake : bad.mistakes()) {
            out.println();
            boolean placed = !mistake.pointer().isEmpty();
            out.println(placed ? mistake.pointer() : mistake.origin());
            line(out, "from", placed ? mistake.origin() : null);
            line(out, "got", mistake.got());
            line(out, "expected", mistake.expected());
            line(out, "did you mean", mistake.didYouMean());
        }
        bad.warnings().forEach(warning -> out.println("\nwarning: " + warning));
        out.flush();
    }

    private static void line(PrintWriter out, String what, @Nullable String text) {
        if (text != null) {
            out.printf("  %-12s %s%n", what, text);
        }
    }
}
