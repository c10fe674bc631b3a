package dev.fanfara.auth;

/** A configured key that cannot be used: one sentence that names the key and never quotes it. */
public final class UnusableKey extends RuntimeException {
    public UnusableKey(String sentence) {
        super(sentence, null, false, false);
    }
}
