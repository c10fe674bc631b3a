package dev.fanfara.json;

import org.jspecify.annotations.Nullable;

/** A value that does not fit its key. Has no stack trace: it is an answer to the author of a document, not a fault. */
public final class Unfit extends Exception {
    private final String expected;
    private final @Nullable String didYouMean;

    public Unfit(String expected) {
        this(expected, null);
    }

    public Unfit(String expected, @Nullable String didYouMean) {
        super(expected, null, false, false);
        this.expected = expected;
        this.didYouMean = didYouMean;
    }

    public String expected() {
        return expected;
    }

    public @Nullable String didYouMean() {
        return didYouMean;
    }
}
