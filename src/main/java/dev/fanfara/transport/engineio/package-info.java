/** Engine.IO protocol 4 (socketio/engine.io-protocol): sessions over long polling, WebSocket, and from one to the other. */
@NullMarked
package dev.fanfara.transport.engineio;

import org.jspecify.annotations.NullMarked;
