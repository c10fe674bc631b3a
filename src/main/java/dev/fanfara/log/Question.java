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
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A question to the cluster, asked until it has an answer or time is up; the first answer counts. Touched only by the
 * event loop of whoever asks: Hazelcast's threads hand over and go.
 */
final class Question<A, T> {
    private static final Logger log = LoggerFactory.getLogger(Question.class);

    private static final Duration PATIENCE = Duration.ofSeconds(8);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    private static final long FIRST_PAUSE_MS = 20;
    private static final long LONGEST_PAUSE_MS = 500;
    private static final int MAX_AT_ONCE = 3;

    private final Vertx vertx;
    private final Context context;
    private final Supplier<CompletionStage<A>> question;
    private final Decoder<A, T> decoder;
    private final BooleanSupplier leaving;
    private final Consumer<Question<A, T>> onSettled;
    private final Promise<T> promise = Promise.promise();
    private final long timer;
    /** Asked, and neither answered nor failed. */
    private int underWay;

    private boolean pausing;
    private boolean settled;
    private long pause = FIRST_PAUSE_MS;

    interface Decoder<A, T> {
        /** @throws Refusal if that is what the answer says */
        @Nullable
        T decode(A answer) throws IOException;
    }

    /** @param onSettled runs once, when Hazelcast is done with it, which may be after it was given up */
    Question(
            Vertx vertx,
            Supplier<CompletionStage<A>> question,
            Decoder<A, T> decoder,
            BooleanSupplier leaving,
            Consumer<Question<A, T>> onSettled) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.question = question;
        this.decoder = decoder;
        this.leaving = leaving;
        this.onSettled = onSettled;
        this.timer = vertx.setTimer(PATIENCE.toMillis(), late -> promise.tryFail(tooLate()));
    }

    Future<T> ask() {
        underWay++;
        try {
            question.get().whenCompleteAsync(this::answered, turn -> context.runOnContext(there -> turn.run()));
        } catch (RuntimeException notAsked) {
            failed(notAsked);
        }
        return promise.future();
    }

    /**
     * A node was lost. A write whose copy was there would not be known to have failed for seconds, so it is asked again
     * beside the first time. Any thread.
     */
    void askAlso() {
        context.runOnContext(there -> askAgain());
    }

    private void answered(A answer, @Nullable Throwable failure) {
        if (failure != null) {
            failed(unwrapped(failure));
            return;
        }
        try {
            @Nullable T decoded = decoder.decode(answer);
            underWay--;
            promise.tryComplete(decoded);
            settle();
        } catch (IOException | RuntimeException refusal) {
            underWay--;
            giveUp(refusal);
        }
    }

    private void failed(Throwable failure) {
        underWay--;
        if (promise.future().isComplete()) {
            settle();
        } else if (failure instanceof NoMajority) {
            giveUp(unavailable("This node cannot reach enough others"));
        } else if (leaving.getAsBoolean()) {
            giveUp(unavailable("This node is leaving"));
        } else if (mayPass(failure)) {
            log.debug("asking again", failure);
            askLater();
        } else {
            giveUp(failure);
        }
    }

    private void askLater() {
        if (!pausing) {
            pausing = true;
            vertx.setTimer(pause, again -> {
                pausing = false;
                askAgain();
            });
            pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
        }
    }

    private void askAgain() {
        if (promise.future().isComplete()) {
            settle();
        } else if (underWay < MAX_AT_ONCE) {
            ask();
        }
    }

    private void giveUp(Throwable failure) {
        promise.tryFail(failure);
        settle();
    }

    private void settle() {
        vertx.cancelTimer(timer);
        if (underWay == 0 && !pausing && !settled) {
            settled = true;
            onSettled.accept(this);
        }
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
