package dev.fanfara.http;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One thing that must be so for a node to be well. {@code look} is called on an event loop and must not block. */
public record HealthCheck(String name, Supplier<Result> look) {
    /** {@code reason} tells the operator what is missing. */
    public record Result(boolean up, @Nullable String reason) {
        public static final Result UP = new Result(true, null);

        public static Result down(String reason) {
            return new Result(false, reason);
        }
    }
}
