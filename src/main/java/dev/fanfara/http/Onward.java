package dev.fanfara.http;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Where requests of one event loop go that are not for the gateway itself. Touched only by that loop. */
public interface Onward {
    Onward NOWHERE = path -> null;

    /** Who takes over and answers requests for this path; null if nobody does. */
    @Nullable
    Handler<HttpServerRequest> at(String path);

    /** Ends the WebSockets that were passed on, evenly over the window; done when all are gone. */
    default Future<?> drain(Duration window) {
        return Future.succeededFuture();
    }

    /** All that are left go now. */
    default void hurry() {}
}
