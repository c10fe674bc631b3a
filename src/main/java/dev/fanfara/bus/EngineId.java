package dev.fanfara.bus;

import dev.fanfara.protocol.ConnectionId;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The id of a session of Engine.IO: 144 random bits, which nobody guesses, and where the session lives, which anybody may
 * know, so that any node finds it without asking. Whoever shows it may speak for the session: it is not to be logged.
 * Immutable.
 */
public record EngineId(String secret, LoopRef home) {
    private static final Pattern WORD = Pattern.compile("([A-Za-z0-9_-]{24})\\.([0-9]{1,4})\\.([A-Za-z0-9-]{1,64})");

    public static EngineId create(LoopRef home) {
        return new EngineId(ConnectionId.random().value(), home);
    }

    /** Empty for what was never an id. */
    public static Optional<EngineId> read(String word) {
        Matcher parts = WORD.matcher(word);
        return parts.matches()
                ? Optional.of(
                        new EngineId(parts.group(1), new LoopRef(parts.group(3), Integer.parseInt(parts.group(2)))))
                : Optional.empty();
    }

    public String word() {
        return secret + '.' + home.loop() + '.' + home.node();
    }

    @Override
    public String toString() {
        return "EngineId[" + home + "]";
    }
}
