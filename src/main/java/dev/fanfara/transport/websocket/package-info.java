/** WebSocket (RFC 6455): the upgrade, the frames, and the ways a frame can be wrong. */
@NullMarked
package dev.fanfara.transport.websocket;

import org.jspecify.annotations.NullMarked;
