package dev.fanfara.protocol;

/**
 * What a client put into {@code id}, to be echoed in the reply: the JSON text of a string or a number, as it came.
 * Immutable.
 */
public record CommandId(String json) {
    /** In characters of JSON text; a longer one would let a client store data in every pending command. */
    public static final int MAX_LENGTH = 256;
}
