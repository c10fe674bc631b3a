package dev.fanfara.transport.engineio;

import dev.fanfara.protocol.ConnectionId;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A session's id: 144 random bits, which nobody guesses, and where the session lives, which anybody may know, so that any
 * node finds it without asking. Whoever shows it may speak for the session: it is not to be logged. Immutable.
 */
record EngineId(String secret, int loop, String node) {
    private static final Pattern WORD = Pattern.compile("([A-Za-z0-9_-]{24})\\.([0-9]{1,4})\\.([A-Za-z0-9-]{1,64})");

    static EngineId create(int loop, String node) {
        return new EngineId(ConnectionId.random().value(), loop, node);
    }

    /** Empty for what was never an id. */
    static Optional<EngineId> read(String word) {
        Matcher parts = WORD.matcher(word);
        return parts.matches()
                ? Optional.of(new EngineId(parts.group(1), Integer.parseInt(parts.group(2)), parts.group(3)))
                : Optional.empty();
    }

    String word() {
        return secret + '.' + loop + '.' + node;
    }

    @Override
    public String toString() {
        return "EngineId[" + loop + ", " + node + "]";
    }
}
