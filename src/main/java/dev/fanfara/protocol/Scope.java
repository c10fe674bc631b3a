package dev.fanfara.protocol;

/** What a token or an API key may do beyond rooms; the words of the {@code scope} claim. */
public enum Scope {
    PUBLISH,
    BROADCAST,
    PRIVATE,
    ADMIN
}
