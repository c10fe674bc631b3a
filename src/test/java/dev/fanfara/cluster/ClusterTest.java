package dev.fanfara.cluster;

import static dev.fanfara.cluster.Await.await;
import static dev.fanfara.cluster.Await.until;
import static dev.fanfara.cluster.Talk.answer;
import static dev.fanfara.cluster.Talk.ask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.ReplyException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Two nodes that stay. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClusterTest {
    private final Nodes nodes = new Nodes();
    private Cluster a;
    private Cluster b;

    @BeforeAll
    void start() {
        a = nodes.start(0);
        b = nodes.start(1);
    }

    @AfterAll
    void close() {
        nodes.close();
    }

    @Test
    void messageReachesTheNodeThatItsAddressNames() {
        answer(a, "a");
        answer(b, "b");

        assertThat(ask(a, b)).isEqualTo("b");
        assertThat(ask(b, a)).isEqualTo("a");
        assertThat(ask(a, a)).isEqualTo("a");
    }

    @Test
    void localConsumerIsReachedOnItsNodeOnly() {
        String address = "fanfara.local." + a.nodeId();
        await(a.vertx()
                .eventBus()
                .<String>localConsumer(address, message -> message.reply("a"))
                .completion());
        DeliveryOptions soon = new DeliveryOptions().setSendTimeout(500);

        assertThat(await(a.vertx().eventBus().request(address, "", soon)).body())
                .isEqualTo("a");
        assertThatThrownBy(() -> await(b.vertx().eventBus().request(address, "", soon)))
                .isInstanceOf(ReplyException.class);
    }

    @Test
    void addressesOfOtherKindsTakeTheStockWay() {
        await(a.vertx()
                .eventBus()
                .<String>consumer("app.hello", message -> message.reply("a"))
                .completion());

        until(
                "b has heard of it",
                () -> b.vertx()
                        .eventBus()
                        .<String>request("app.hello", "")
                        .map(answer -> answer.body().equals("a"))
                        .otherwise(false)
                        .await());
    }

    @Test
    void peersAreTheOtherNodesWithTheirAttributes() {
        assertThat(b.peers()).containsExactly(new Peer(a.nodeId(), Map.of("node", "n0")));
        until("a sees b", () -> a.peers().equals(List.of(new Peer(b.nodeId(), Map.of("node", "n1")))));
        assertThat(a.oldest()).isTrue();
        assertThat(b.oldest()).isFalse();
    }

    @Test
    void nothingListensOnAllInterfaces() throws IOException {
        ClusterOptions options = nodes.options(0);

        assertThat(Listeners.ofThisProcess())
                .contains("127.0.0.1:" + options.port(), "127.0.0.1:" + options.eventBusPort())
                .allMatch(listener -> listener.startsWith("127.0.0.1:"));
    }

    @Test
    void nodeAloneNeedsNoCluster() {
        Vertx vertx = Vertx.vertx();
        try {
            Cluster alone = Cluster.standalone(vertx);
            answer(alone, "alone");

            assertThat(ask(alone, alone)).isEqualTo("alone");
            assertThat(alone.peers()).isEmpty();
            assertThat(alone.oldest()).isTrue();
            assertThat(alone.hazelcast()).isEmpty();
            await(alone.leave());
        } finally {
            await(vertx.close());
        }
    }
}
