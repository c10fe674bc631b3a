package dev.fanfara.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A token or key that somebody gave to a command. What is wrong with it is said without showing it. */
final class Secret {
    /** Anything else would be a second header, or none. */
    private static final Pattern FORM = Pattern.compile("[\\x21-\\x7e]+");

    private Secret() {}

    /** @throws IllegalArgumentException if no header could carry it */
    static @Nullable String read(@Nullable String value, @Nullable Path file, String option) throws IOException {
        String given = file == null ? value : Files.readString(file).strip();
        if (given != null && !FORM.matcher(given).matches()) {
            throw new IllegalArgumentException(option + ": expected printable ASCII without spaces");
        }
        return given;
    }
}
