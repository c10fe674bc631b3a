package dev.fanfara.protocol;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** An expected no: what was refused and a sentence for the one who must act. It has no stack trace, since it is no bug. */
public final class Refusal extends RuntimeException {
    private final ErrorCode code;
    private final @Nullable Duration retryAfter;

    public Refusal(ErrorCode code, String message) {
        this(code, message, null);
    }

    public Refusal(ErrorCode code, String message, @Nullable Duration retryAfter) {
        super(message, null, false, false);
        this.code = code;
        this.retryAfter = retryAfter;
    }

    /** A failure nobody foresaw is {@code internal}; its text stays in the log. */
    public static Refusal of(Throwable failure) {
        return failure instanceof Refusal refusal ? refusal : new Refusal(ErrorCode.INTERNAL, "Internal error");
    }

    public ErrorCode code() {
        return code;
    }

    public String sentence() {
        String message = getMessage();
        return message == null ? code.wireName() : message;
    }

    public @Nullable Duration retryAfter() {
        return retryAfter;
    }
}
