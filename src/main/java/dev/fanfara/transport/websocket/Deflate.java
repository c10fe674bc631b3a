package dev.fanfara.transport.websocket;

/** What was agreed of permessage-deflate (RFC 7692). What we send never refers to earlier messages. */
enum Deflate {
    /** Nothing: no message is deflated. */
    NONE,
    /** The client's messages refer to no earlier ones either: {@code client_no_context_takeover}. */
    EACH_FOR_ITSELF,
    /** The client's messages may refer to earlier ones. */
    WITH_CONTEXT
}
