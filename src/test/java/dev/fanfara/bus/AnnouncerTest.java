package dev.fanfara.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfara.metrics.GatewayMetrics;
import dev.fanfara.protocol.Payload;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One node; the test plays its connections and those of another, which answers when it likes. */
class AnnouncerTest {
    private static final String NODE = "node";
    private static final String PEER = "peer";
    private static final int LARGE = 64 * 1024;
    private static final int MANY = 2 * (int) (Announcer.MAX_OWED / LARGE);

    private final List<Promise<Integer>> peerOwes = new ArrayList<>();
    private final List<Promise<Integer>> nodeOwes = new ArrayList<>();
    private final AtomicInteger dropped = new AtomicInteger();
    private boolean nodeAnswers = true;
    private Vertx vertx;
    private Announcer announcer;

    @BeforeEach
    void start() {
        vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
        Addresses.registerCodecs(vertx.eventBus());
        announcer = new Announcer(new Two(), new GatewayMetrics() {
            @Override
            public void peerDropped() {
                dropped.incrementAndGet();
            }
        });
        await(Addresses.ANNOUNCE.serve(vertx, NODE, 0, said -> {
            if (nodeAnswers) {
                return Future.succeededFuture(1);
            }
            nodeOwes.add(Promise.promise());
            return nodeOwes.get(nodeOwes.size() - 1).future();
        }));
        await(Addresses.ANNOUNCE.serve(vertx, PEER, 0, said -> {
            peerOwes.add(Promise.promise());
            return peerOwes.get(peerOwes.size() - 1).future();
        }));
    }

    private static final class Two implements Nodes {
        @Override
        public NodeRef self() {
            return new NodeRef(NODE, 1);
        }

        @Override
        public List<NodeRef> peers() {
            return List.of(new NodeRef(PEER, 1));
        }
    }

    @AfterEach
    void stop() {
        await(vertx.close());
    }

    @Test
    void aNodeThatOwesTooManyAnswersIsMissingUntilItGaveSome() {
        for (int i = 0; i < MANY - 1; i++) {
            onLoop(this::announce);
        }

        Gathered<Integer> last = await(onLoop(this::announce));
        assertThat(last.answers()).containsExactly(1);
        assertThat(last.missing()).containsExactly(PEER);
        int sent = MANY - dropped.get();
        assertThat((long) sent * LARGE).isBetween(Announcer.MAX_OWED * 9 / 10, Announcer.MAX_OWED);

        answerAll(peerOwes);
        Future<Gathered<Integer>> again = onLoop(this::announce);
        answerAll(peerOwes);
        assertThat(await(again).missing()).isEmpty();
    }

    @Test
    void aNodeThatCannotKeepUpItselfRefuses() {
        onLoop(() -> nodeAnswers = false);
        Future<Gathered<Integer>> last = onLoop(() -> {
            Future<Gathered<Integer>> refused = announce();
            for (int i = 0; i < MANY; i++) {
                refused = announce();
            }
            return refused;
        });

        assertThatThrownBy(() -> await(last)).hasMessageContaining("Too much is waiting");
        answerAll(nodeOwes);
    }

    private Future<Gathered<Integer>> announce() {
        byte[] json = ('"' + "x".repeat(LARGE) + '"').getBytes(StandardCharsets.UTF_8);
        return announcer.announce(vertx, new Announcement(null, null, null, new Payload(Payload.Kind.TEXT, json), 0));
    }

    /** What is on its way comes first. */
    private void answerAll(List<Promise<Integer>> owed) {
        for (int turn = 0; turn < 5; turn++) {
            onLoop(() -> {
                owed.forEach(answer -> answer.tryComplete(1));
                return true;
            });
        }
    }

    private <T> T onLoop(Supplier<T> turn) {
        Promise<T> done = Promise.promise();
        vertx.runOnContext(there -> done.complete(turn.get()));
        return await(done.future());
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }
}
