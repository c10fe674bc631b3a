package dev.fanfara.json;

import org.jspecify.annotations.Nullable;

/**
 * One thing that is wrong in a document, told so that its author can mend it. Immutable.
 *
 * @param pointer RFC 6901; empty when the mistake has no place in the document
 * @param origin file and line, environment variable or flag that the value came from
 * @param got as it was written, never the content of a secret
 * @param didYouMean a spelling that would have been right, when one is near
 */
public record Mistake(
        String pointer,
        @Nullable String origin,
        @Nullable String got,
        String expected,
        @Nullable String didYouMean) {
    /** The mistake on one line, for a log. */
    public String line() {
        StringBuilder line = new StringBuilder();
        if (!pointer.isEmpty()) {
            line.append(pointer).append(": ");
        } else if (origin != null) {
            line.append(origin).append(": ");
        }
        line.append("expected ").append(expected);
        if (got != null) {
            line.append(", got ").append(got);
        }
        if (!pointer.isEmpty() && origin != null) {
            line.append(" (").append(origin).append(')');
        }
        if (didYouMean != null) {
            line.append("; did you mean ").append(didYouMean).append('?');
        }
        return line.toString();
    }
}
