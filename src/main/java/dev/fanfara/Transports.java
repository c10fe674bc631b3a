package dev.fanfara;

import dev.fanfara.config.TransportKind;
import io.vertx.core.transport.Transport;
import org.jspecify.annotations.Nullable;

/** Chooses the system interface that carries the sockets, among those that work on this machine. */
final class Transports {
    private Transports() {}

    /** @throws StartFailure if the one that is asked for does not work here */
    static Transport choose(TransportKind kind) {
        return switch (kind) {
            case AUTO ->
                works(Transport.IO_URING)
                        ? Transport.IO_URING
                        : works(Transport.EPOLL) ? Transport.EPOLL : Transport.NIO;
            case IO_URING -> required(Transport.IO_URING, "io_uring");
            case EPOLL -> required(Transport.EPOLL, "epoll");
            case NIO -> Transport.NIO;
        };
    }

    private static boolean works(@Nullable Transport transport) {
        return transport != null && transport.available();
    }

    private static Transport required(@Nullable Transport transport, String name) {
        if (transport == null || !transport.available()) {
            Throwable cause = transport == null ? null : transport.unavailabilityCause();
            throw new StartFailure("server.transport: " + name + " does not work on this machine"
                    + (cause == null ? "" : " (" + cause.getMessage() + ")"));
        }
        return transport;
    }
}
