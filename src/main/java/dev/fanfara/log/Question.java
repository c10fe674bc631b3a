package dev.fanfara.log;

import com.hazelcast.core.HazelcastException;
import com.hazelcast.nio.serialization.HazelcastSerializationException;
import com.hazelcast.spi.exception.RetryableException;
import dev.fanfara.protocol.ErrorCode;
import dev.fanfara.protocol.Refusal;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A question to the cluster, asked until it has an answer or time is up. Touched only by the event loop of whoever asks:
 * Hazelcast's threads hand over and go.
 */
final class Question<A, T> {
    private static final Logger log = LoggerFactory.getLogger(Question.class);

    private static final Duration PATIENCE = Duration.ofSeconds(8);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    private static final long FIRST_PAUSE_MS = 20;
    private static final long LONGEST_PAUSE_MS = 500;

    private final Vertx vertx;
    private final Context context;
    private final Supplier<CompletionStage<A>> question;
    private final Decoder<A, T> decoder;
    private final BooleanSupplier leaving;
    private final Runnable settled;
    private final Promise<T> promise = Promise.promise();
    private final long timer;
    private long pause = FIRST_PAUSE_MS;

    interface Decoder<A, T> {
        /** @throws Refusal if that is what the answer says */
        @Nullable
        T decode(A answer) throws IOException;
    }

    /** @param settled runs when Hazelcast is done with it, which may be after it was given up */
    Question(
            Vertx vertx,
            Supplier<CompletionStage<A>> question,
            Decoder<A, T> decoder,
            BooleanSupplier leaving,
            Runnable settled) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.question = question;
        this.decoder = decoder;
        this.leaving = leaving;
        this.settled = settled;
        this.timer = vertx.setTimer(PATIENCE.toMillis(), late -> promise.tryFail(tooLate()));
    }

    Future<T> ask() {
        try {
            question.get().whenCompleteAsync(this::answered, turn -> context.runOnContext(there -> turn.run()));
        } catch (RuntimeException notAsked) {
            failed(notAsked);
        }
        return promise.future();
    }

    private void answered(A answer, @Nullable Throwable failure) {
        if (failure != null) {
            failed(unwrapped(failure));
            return;
        }
        try {
            @Nullable T decoded = decoder.decode(answer);
            settle();
            promise.tryComplete(decoded);
        } catch (IOException | RuntimeException refusal) {
            giveUp(refusal);
        }
    }

    private void failed(Throwable failure) {
        if (promise.future().isComplete()) {
            settle();
        } else if (failure instanceof NoMajority) {
            giveUp(unavailable("This node cannot reach enough others"));
        } else if (leaving.getAsBoolean()) {
            giveUp(unavailable("This node is leaving"));
        } else if (mayPass(failure)) {
            log.debug("asking again in {} ms", pause, failure);
            vertx.setTimer(pause, again -> askAgain());
            pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
        } else {
            giveUp(failure);
        }
    }

    private void askAgain() {
        if (promise.future().isComplete()) {
            settle();
        } else {
            ask();
        }
    }

    private void giveUp(Throwable failure) {
        settle();
        promise.tryFail(failure);
    }

    private void settle() {
        vertx.cancelTimer(timer);
        settled.run();
    }

    /**
     * Nodes that come, go and move data fail operations in many ways, whose outcome is often unknown: hardly one of them
     * lasts. What is left is a bug.
     */
    private static boolean mayPass(Throwable failure) {
        return failure instanceof RetryableException
                || (failure instanceof HazelcastException && !(failure instanceof HazelcastSerializationException))
                || failure instanceof IllegalStateException;
    }

    private static Throwable unwrapped(Throwable failure) {
        Throwable cause = failure;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && !(cause instanceof RetryableException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    private static Refusal tooLate() {
        return unavailable("The node in charge of the room cannot be reached");
    }

    static Refusal unavailable(String sentence) {
        return new Refusal(ErrorCode.UNAVAILABLE, sentence, RETRY_AFTER);
    }
}
