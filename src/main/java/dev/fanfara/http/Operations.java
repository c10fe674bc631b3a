package dev.fanfara.http;

import dev.fanfara.auth.Identity;
import dev.fanfara.metrics.Readings;
import dev.fanfara.protocol.RoomName;
import dev.fanfara.settings.Reloads;
import io.vertx.core.http.HttpServerRequest;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a node knows of itself for those who run it. Immutable.
 *
 * @param address where its clients come
 * @param watching on the event loop that the management port is on
 */
public record Operations(
        String version,
        String address,
        Health health,
        Supplier<Readings> readings,
        Reloads reloads,
        Watching watching) {
    /** Answers with what a room says, unseen, from the last {@code history} messages on. */
    public interface Watching {
        void watch(HttpServerRequest request, Identity administrator, RoomName room, @Nullable Integer history);
    }
}
