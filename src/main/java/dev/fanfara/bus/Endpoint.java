package dev.fanfara.bus;

import dev.fanfara.protocol.ErrorCode;
import dev.fanfara.protocol.Refusal;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Questions of one family, each with an answer or a {@link Refusal} from event loop {@code loop} of {@code node}. */
public final class Endpoint<Q, A> {
    private static final Logger LOG = LoggerFactory.getLogger(Endpoint.class);

    /** Shorter than a client's patience; a node that is gone has left the cluster by then. */
    private static final long TIMEOUT_MS = 3_000;

    private final String kind;
    private final DeliveryOptions question;
    private final DeliveryOptions answer;

    Endpoint(String kind, String questionCodec, String answerCodec) {
        this(kind, questionCodec, answerCodec, TIMEOUT_MS);
    }

    Endpoint(String kind, String questionCodec, String answerCodec, long timeoutMs) {
        this.kind = kind;
        question = new DeliveryOptions().setCodecName(questionCodec).setSendTimeout(timeoutMs);
        answer = new DeliveryOptions().setCodecName(answerCodec);
    }

    public Future<Void> serve(Vertx vertx, String node, int loop, Function<Q, Future<A>> server) {
        MessageConsumer<Q> consumer =
                vertx.eventBus().consumer(Addresses.of(kind, node, loop), message -> answer(message, server));
        return consumer.completion();
    }

    private void answer(Message<Q> message, Function<Q, Future<A>> server) {
        Future<A> result;
        try {
            result = server.apply(message.body());
        } catch (RuntimeException failure) {
            result = Future.failedFuture(failure);
        }
        result.onComplete(done -> {
            if (done.succeeded()) {
                message.reply(done.result(), answer);
            } else {
                if (!(done.cause() instanceof Refusal)) {
                    LOG.error("{} failed", kind, done.cause());
                }
                message.reply(new Refused(Refusal.of(done.cause())), Refused.DELIVERY);
            }
        });
    }

    /** Fails with a {@link Refusal}: the receiver's own, or {@code unavailable} when no answer came. */
    public Future<A> ask(Vertx vertx, String node, int loop, Q body) {
        Future<Message<A>> reply;
        try {
            reply = vertx.eventBus().request(Addresses.of(kind, node, loop), body, question);
        } catch (IllegalStateException connectionClosed) {
            return Future.failedFuture(new Refusal(ErrorCode.UNAVAILABLE, "Node " + node + " cannot be reached"));
        }
        return reply.map(Message::body).recover(failure -> Future.failedFuture(refusal(failure)));
    }

    private static Refusal refusal(Throwable failure) {
        return failure instanceof Refused refused
                ? refused.refusal()
                : new Refusal(ErrorCode.UNAVAILABLE, "No answer from the node in charge");
    }
}
