/** Socket.IO protocol 5 (socketio/socket.io-protocol) on sessions of Engine.IO: packets, namespaces, events and acks. */
@NullMarked
package dev.fanfara.transport.socketio;

import org.jspecify.annotations.NullMarked;
