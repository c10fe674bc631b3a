package dev.fanfara.cluster;

import static dev.fanfara.cluster.Await.await;
import static dev.fanfara.cluster.Await.until;
import static dev.fanfara.cluster.Await.within;
import static dev.fanfara.cluster.Talk.address;
import static dev.fanfara.cluster.Talk.answer;
import static dev.fanfara.cluster.Talk.ask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.internal.VertxInternal;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Nodes that start, fail to, and leave. */
class MembershipTest {
    private final Nodes nodes = new Nodes();

    @AfterEach
    void close() {
        nodes.close();
    }

    @Test
    void nodeThatLeavesIsGoneForTheOthersBeforeItsBusCloses() {
        Cluster a = nodes.start(0);
        Cluster b = nodes.start(1);
        Queue<Change> heard = new ConcurrentLinkedQueue<>();
        b.onChange(heard::add);
        AtomicInteger refused = sendAlways(b, a);

        await(a.leave());
        until("b has no peers", () -> b.peers().isEmpty());
        await(a.vertx().close());

        assertThat(refused).hasValue(0);
        assertThat(heard).containsExactly(new Change.Left(new Peer(a.nodeId(), Map.of("node", "n0"))));
        assertThat(b.oldest()).isTrue();
    }

    @Test
    void sendToNodeThatIsGoneFailsAtOnceAndHindersNobody() {
        Cluster a = nodes.start(0);
        Cluster b = nodes.start(1);
        Cluster c = nodes.start(2);
        answer(b, "b");
        answer(c, "c");
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
        answer(a, "a");
        ask(a, a);
        RoutedClusterManager routing = routing(a);
        for (int life = 0; life < 2; life++) {
            Cluster b = nodes.start(1);
            answer(b, "b");
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

    private static AtomicInteger sendAlways(Cluster from, Cluster to) {
        AtomicInteger refused = new AtomicInteger();
        AtomicBoolean listening = new AtomicBoolean();
        await(to.vertx()
                .eventBus()
                .consumer(address(to), message -> listening.set(true))
                .completion());
        from.vertx().setPeriodic(1, timer -> {
            if (from.peers().stream().anyMatch(peer -> peer.nodeId().equals(to.nodeId()))) {
                from.vertx().eventBus().sender(address(to)).write("").onFailure(failure -> {
                    if (failure instanceof IOException) {
                        refused.incrementAndGet();
                    }
                });
            }
        });
        until("messages flow", listening::get);
        return refused;
    }

    private static ClusterOptions with(ClusterOptions options, Discovery discovery) {
        return new ClusterOptions(
                options.name(), options.host(), options.port(), options.eventBusPort(), discovery, 1, Map.of());
    }

    private static RoutedClusterManager routing(Cluster node) {
        return (RoutedClusterManager) ((VertxInternal) node.vertx()).clusterManager();
    }
}
