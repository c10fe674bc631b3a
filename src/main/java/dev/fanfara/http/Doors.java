package dev.fanfara.http;

import dev.fanfara.transport.engineio.EngineDoor;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where requests of one event loop go that become connections. Immutable.
 *
 * @param upgrades takes over what asks to become a WebSocket, and answers it
 * @param streams takes over what asks for Server-Sent Events; what fails was not answered
 * @param engines one for each path where Engine.IO is spoken
 * @param onward what is for others
 */
public record Doors(
        Consumer<HttpServerRequest> upgrades,
        Function<HttpServerRequest, Future<Void>> streams,
        List<EngineDoor> engines,
        Onward onward) {
    @Nullable
    EngineDoor engineAt(String path) {
        for (EngineDoor engine : engines) {
            if (engine.serves(path)) {
                return engine;
            }
        }
        return null;
    }
}
