package dev.fanfara.http;

import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Where requests of one event loop go that become connections. Immutable.
 *
 * @param upgrades takes over what asks to become a WebSocket, and answers it
 * @param streams takes over what asks for Server-Sent Events; what fails was not answered
 */
public record Doors(Consumer<HttpServerRequest> upgrades, Function<HttpServerRequest, Future<Void>> streams) {}
