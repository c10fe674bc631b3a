package dev.fanfara.bus;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One-way messages of one family. Each has a single receiver: event loop {@code loop} of node {@code node}. Messages of
 * one sender to one receiver keep their order on one topic. Across topics and endpoints they do too, but for the first to
 * each address, which Vert.x looks up then. Between nodes they are lost when a connection is.
 */
public final class Topic<T> {
    private static final Logger LOG = LoggerFactory.getLogger(Topic.class);

    private final String kind;
    private final DeliveryOptions local;
    private final DeliveryOptions remote;

    Topic(String kind, String codec) {
        this.kind = kind;
        local = new DeliveryOptions().setCodecName(codec).setLocalOnly(true);
        remote = new DeliveryOptions().setCodecName(codec);
    }

    public Future<Void> hear(Vertx vertx, String node, int loop, Consumer<T> receiver) {
        MessageConsumer<T> consumer =
                vertx.eventBus().consumer(address(node, loop), message -> receiver.accept(message.body()));
        return consumer.completion();
    }

    /** To a loop of this node: by reference, no bytes are made. */
    public void tellLocal(Vertx vertx, String address, T message) {
        vertx.eventBus().send(address, message, local);
    }

    /**
     * To another node. Vert.x 5.0.10 throws out of {@code send} when the connection to that node has just been closed;
     * the caller's other receivers must not suffer for it.
     */
    public void tell(Vertx vertx, String address, T message) {
        try {
            vertx.eventBus().send(address, message, remote);
        } catch (IllegalStateException connectionClosed) {
            LOG.debug("message to {} was not sent", address, connectionClosed);
        }
    }

    /** Kept by senders that send often, so that no address is built per message. */
    public String address(String node, int loop) {
        return Addresses.of(kind, node, loop);
    }
}
