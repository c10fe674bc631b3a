package dev.fanfara.http;

import io.netty.channel.ChannelPipeline;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;

/**
 * The way from a connection of Vert.x to its Netty pipeline, for which there is no public one. What follows from it is
 * known by these handler names, and tested: a new Vert.x that renames them fails loudly.
 */
final class Pipelines {
    /** Bytes to requests. */
    static final String DECODER = "httpDecoder";
    /** Responses to bytes. */
    static final String ENCODER = "httpEncoder";

    private Pipelines() {}

    static ChannelPipeline of(HttpConnection connection) {
        return ((ConnectionBase) connection).channelHandlerContext().pipeline();
    }
}
