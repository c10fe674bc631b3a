package dev.fanfara.cluster;

import static dev.fanfara.cluster.Await.await;
import static dev.fanfara.cluster.Await.until;
import static dev.fanfara.cluster.Await.within;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.internal.VertxInternal;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ClusterTest {
    private final Nodes nodes = new Nodes();

    @AfterEach
    void close() {
        nodes.close();
    }

    @Test
    void messageReachesTheNodeThatItsAddressNames() {
        Cluster a = nodes.start(0);
        Cluster b = nodes.start(1);
        answerWithOwnName(a, "a");
        answerWithOwnName(b, "b");

        assertThat(ask(a, b)).isEqualTo("b");
        assertThat(ask(b, a)).isEqualTo("a");
        assertThat(ask(a, a)).isEqualTo("a");
    }

    @Test
    void peersAreTheOtherNodesWithTheirAttributes() {
        Cluster a = nodes.start(0);
        Cluster b = nodes.start(1);

        assertThat(b.peers()).containsExactly(new Peer(a.nodeId(), Map.of("node", "n0")));
        until("a sees b", () -> a.peers().equals(List.of(new Peer(b.nodeId(), Map.of("node", "n1")))));
        assertThat(a.oldest()).isTrue();
        assertThat(b.oldest()).isFalse();
    }

    @Test
    void nodeThatLeavesIsGoneForTheOthersBeforeItsBusCloses() {
        Cluster a = nodes.start(0);
        Cluster b = nodes.start(1);
        Queue<Change> heard = new ConcurrentLinkedQueue<>();
        b.onChange(heard::add);
        AtomicInteger failedSends = sendAlways(b, a);

        await(a.leave());
        until("b has no peers", () -> b.peers().isEmpty());
        await(a.vertx().close());

        assertThat(failedSends).hasValue(0);
        assertThat(heard).containsExactly(new Change.Left(new Peer(a.nodeId(), Map.of("node", "n0"))));
        assertThat(b.oldest()).isTrue();
    }

    @Test
    void sendToNodeThatIsGoneFailsAtOnceAndHindersNobody() {
        Cluster a = nodes.start(0);
        Cluster b = nodes.start(1);
        Cluster c = nodes.start(2);
        answerWithOwnName(b, "b");
        answerWithOwnName(c, "c");
        assertThat(ask(a, b)).isEqualTo("b");
        nodes.leave(b);
        until("a knows", () -> a.peers().size() == 1);

        within(Duration.ofSeconds(1), "a send to the dead node fails", () -> {
            assertThatThrownBy(() -> ask(a, b)).isInstanceOf(ReplyException.class);
            return true;
        });

        assertThat(ask(a, c)).isEqualTo("c");
    }

    @Test
    void addressesOfNodesThatAreGoneAreForgotten() {
        Cluster a = nodes.start(0);
        answerWithOwnName(a, "a");
        ask(a, a);
        RoutedClusterManager routing = routing(a);
        for (int life = 0; life < 2; life++) {
            Cluster b = nodes.start(1);
            answerWithOwnName(b, "b");
            ask(a, b);
            assertThat(routing.cachedAddresses()).isEqualTo(2);

            nodes.leave(b);
            until("a knows", () -> a.peers().isEmpty());
            assertThatThrownBy(() -> ask(a, b)).isInstanceOf(ReplyException.class);

            assertThat(routing.cachedAddresses()).isEqualTo(1);
            assertThat(routing.isCached(address(b))).isFalse();
        }
    }

    @Test
    void localConsumerIsReachedOnItsNodeOnly() {
        Cluster a = nodes.start(0);
        Cluster b = nodes.start(1);
        await(a.vertx()
                .eventBus()
                .<String>localConsumer(address(a), message -> message.reply("a"))
                .completion());

        assertThat(ask(a, a)).isEqualTo("a");
        assertThatThrownBy(() ->
                        await(b.vertx().eventBus().request(address(a), "", new DeliveryOptions().setSendTimeout(500))))
                .isInstanceOf(ReplyException.class);
    }

    @Test
    void addressesOfOtherKindsTakeTheStockWay() {
        Cluster a = nodes.start(0);
        Cluster b = nodes.start(1);
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
    void nodeWhoseListNamesAbsentMembersStartsAlone() {
        long start = System.nanoTime();

        Cluster a = nodes.start(0);

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
        assertThat(a.peers()).isEmpty();
        assertThat(a.oldest()).isTrue();
    }

    @Test
    void nodesFindEachOtherByName() {
        ClusterOptions first = nodes.options(0);
        Discovery dns = new Discovery.Dns("localhost", first.port());

        Cluster a = nodes.start(with(first, dns));
        Cluster b = nodes.start(with(nodes.options(1), dns));

        assertThat(b.peers()).extracting(Peer::nodeId).containsExactly(a.nodeId());
    }

    @Test
    void clusterPortInUseIsOneClearSentence() throws IOException {
        ClusterOptions options = nodes.options(0);
        try (ServerSocket taken = new ServerSocket(options.port(), 1, InetAddress.getByName(Nodes.HOST))) {

            assertThatThrownBy(() -> nodes.start(options))
                    .isInstanceOf(ClusterException.class)
                    .hasMessage("cannot listen on cluster port 127.0.0.1:%d: Address already in use"
                            .formatted(taken.getLocalPort()));
        }
    }

    @Test
    void eventBusPortInUseIsOneClearSentence() throws IOException {
        ClusterOptions options = nodes.options(0);
        try (ServerSocket taken = new ServerSocket(options.eventBusPort(), 1, InetAddress.getByName(Nodes.HOST))) {

            assertThatThrownBy(() -> nodes.start(options))
                    .isInstanceOf(ClusterException.class)
                    .hasMessage("cannot listen on event bus port 127.0.0.1:%d: Address already in use"
                            .formatted(taken.getLocalPort()));
        }
    }

    @Test
    void nothingListensOnAllInterfaces() throws IOException {
        ClusterOptions options = nodes.options(0);
        nodes.start(options);

        assertThat(Listeners.ofThisProcess())
                .contains("127.0.0.1:" + options.port(), "127.0.0.1:" + options.eventBusPort())
                .allMatch(listener -> listener.startsWith("127.0.0.1:"));
    }

    @Test
    void nodeAloneNeedsNoCluster() {
        Vertx vertx = Vertx.vertx();
        try {
            Cluster alone = Cluster.standalone(vertx);
            answerWithOwnName(alone, "alone");

            assertThat(ask(alone, alone)).isEqualTo("alone");
            assertThat(alone.peers()).isEmpty();
            assertThat(alone.oldest()).isTrue();
            assertThat(alone.hazelcast()).isEmpty();
            await(alone.leave());
        } finally {
            await(vertx.close());
        }
    }

    /** Sends on and on as long as the target is a peer; counts what could not be written. */
    private static AtomicInteger sendAlways(Cluster from, Cluster to) {
        AtomicInteger failed = new AtomicInteger();
        AtomicBoolean listening = new AtomicBoolean();
        await(to.vertx()
                .eventBus()
                .consumer(address(to), message -> listening.set(true))
                .completion());
        from.vertx().setPeriodic(1, timer -> {
            if (from.peers().stream().anyMatch(peer -> peer.nodeId().equals(to.nodeId()))) {
                from.vertx().eventBus().sender(address(to)).write("").onFailure(failure -> failed.incrementAndGet());
            }
        });
        until("messages flow", listening::get);
        return failed;
    }

    private static void answerWithOwnName(Cluster node, String name) {
        await(node.vertx()
                .eventBus()
                .consumer(address(node), message -> message.reply(name))
                .completion());
    }

    private static String ask(Cluster from, Cluster to) {
        return await(from.vertx().eventBus().<String>request(address(to), "")).body();
    }

    private static String address(Cluster node) {
        return "fanfara.test." + node.nodeId() + ".0";
    }

    private static ClusterOptions with(ClusterOptions options, Discovery discovery) {
        return new ClusterOptions(
                options.name(), options.host(), options.port(), options.eventBusPort(), discovery, 1, Map.of());
    }

    private static RoutedClusterManager routing(Cluster node) {
        return (RoutedClusterManager) ((VertxInternal) node.vertx()).clusterManager();
    }
}
