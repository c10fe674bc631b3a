package dev.fanfara.log;

import static dev.fanfara.cluster.Await.await;
import static dev.fanfara.cluster.Await.until;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A node was lost, and the answer to what was asked of it would take seconds. */
class QuestionTest {
    private final Vertx vertx = Vertx.vertx();
    private final Context context = vertx.getOrCreateContext();
    /** One for each time it was asked. */
    private final List<CompletableFuture<String>> asked = new CopyOnWriteArrayList<>();

    private final AtomicInteger settled = new AtomicInteger();

    @AfterEach
    void close() {
        await(vertx.close());
    }

    @Test
    void theAnswerToTheSecondTimeCountsWhileTheFirstHangs() {
        Promise<Future<String>> begun = Promise.promise();
        Question<String, String> question = begin(begun);
        until("asked", () -> asked.size() == 1);

        question.askAlso();
        until("asked again", () -> asked.size() == 2);
        asked.get(1).complete("answer");

        assertThat(await(await(begun.future()))).isEqualTo("answer");
        assertThat(settled).as("Hazelcast still holds what it was asked").hasValue(0);
        asked.get(0).completeExceptionally(new NotNow("too late"));
        until("settled", () -> settled.get() == 1);
    }

    @Test
    void whatFailsFastIsAskedAgainThoughTheFirstHangs() {
        Promise<Future<String>> begun = Promise.promise();
        Question<String, String> question = begin(begun);
        until("asked", () -> asked.size() == 1);

        question.askAlso();
        until("asked again", () -> asked.size() == 2);
        asked.get(1).completeExceptionally(new NotNow("the copy has no place yet"));
        until("and again", () -> asked.size() == 3);
        asked.get(2).complete("answer");

        assertThat(await(await(begun.future()))).isEqualTo("answer");
    }

    @Test
    void nodesThatAreLostOneAfterTheOtherDoNotMakeItAFlood() {
        Promise<Future<String>> begun = Promise.promise();
        Question<String, String> question = begin(begun);

        for (int lost = 0; lost < 10; lost++) {
            question.askAlso();
        }
        until("asked as often as it may be", () -> asked.size() == 3);
        await(Future.<Void>future(turn -> context.runOnContext(there -> turn.complete())));

        assertThat(asked).hasSize(3);
    }

    private Question<String, String> begin(Promise<Future<String>> begun) {
        Promise<Question<String, String>> made = Promise.promise();
        context.runOnContext(there -> {
            Question<String, String> question = new Question<>(
                    vertx,
                    () -> {
                        CompletableFuture<String> answer = new CompletableFuture<>();
                        asked.add(answer);
                        return answer;
                    },
                    answer -> answer,
                    () -> false,
                    done -> settled.incrementAndGet());
            begun.complete(question.ask());
            made.complete(question);
        });
        return await(made.future());
    }
}
