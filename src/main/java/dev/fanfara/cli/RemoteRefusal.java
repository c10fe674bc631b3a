package dev.fanfara.cli;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What a gateway's no means to the person at a terminal. */
final class RemoteRefusal {
    private static final int UNAUTHORIZED = 401;
    private static final int TOO_MANY = 429;
    private static final int SERVER_ERROR = 500;
    private static final int MAX_SECONDS_LENGTH = 6;

    private RemoteRefusal() {}

    static CommandFailure of(int status, String body, @Nullable String retryAfter) {
        JsonObject problem = problem(body);
        String code = problem.getString("code");
        String detail = problem.getString("detail", problem.getString("title"));
        StringBuilder line = new StringBuilder().append(status);
        if (code != null) {
            line.append(' ').append(code);
        }
        if (detail != null) {
            line.append(": ").append(detail);
        }
        if (code == null && detail == null) {
            line.append(": what answers there may be no Fanfara gateway");
        }
        Duration wait = seconds(retryAfter);
        if (wait != null) {
            line.append("; try again in ").append(wait.toSeconds()).append(" s");
        } else if (status == UNAUTHORIZED) {
            line.append("; give --token, --token-file or --api-key");
        }
        boolean passing = status == TOO_MANY || status >= SERVER_ERROR;
        return new CommandFailure(line.toString(), passing, wait);
    }

    /** A proxy on the way may say no in its own words, which are not shown: they are pages. */
    private static JsonObject problem(String body) {
        try {
            return new JsonObject(body);
        } catch (DecodeException page) {
            return new JsonObject();
        }
    }

    private static @Nullable Duration seconds(@Nullable String retryAfter) {
        boolean isNumber =
                retryAfter != null && retryAfter.length() <= MAX_SECONDS_LENGTH && retryAfter.matches("[0-9]+");
        return isNumber ? Duration.ofSeconds(Long.parseLong(retryAfter)) : null;
    }
}
