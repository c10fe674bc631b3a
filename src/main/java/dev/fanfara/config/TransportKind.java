package dev.fanfara.config;

/** Which system interface carries the sockets; AUTO takes io_uring where it works, else epoll, else NIO. */
public enum TransportKind {
    AUTO,
    IO_URING,
    EPOLL,
    NIO
}
