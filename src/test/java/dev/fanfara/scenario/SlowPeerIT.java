package dev.fanfara.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.testing.Eventually;
import dev.fanfara.testing.GatewayProcess;
import dev.fanfara.testing.TestClient;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Three real nodes, one of which stands still for a while, shorter than the cluster is patient. */
class SlowPeerIT {
    private static final String LARGE = "x".repeat(60_000);
    /** What one of two loops may have on the way to one node, and the publication that exceeds it. */
    private static final long MAY_OWE = (8 << 20) + 64 * 1024;

    private static final int PER_ROUND = 25;
    /** What a node that keeps up may not have acknowledged yet. */
    private static final long ON_THE_WAY = PER_ROUND * 64L * 1024;

    private static final int LEAST_ROUNDS = 12;
    private static final long FLOOD_NANOS = TimeUnit.SECONDS.toNanos(3);

    private static List<GatewayProcess> nodes = List.of();

    @BeforeAll
    static void start() {
        nodes = GatewayProcess.cluster(
                3,
                "--no-demo",
                "--set",
                "server.eventLoops=2",
                "--set",
                "limits.messages=1000000/1s",
                "--set",
                "connections.outboundBudget=16MiB");
    }

    @AfterAll
    static void stop() {
        nodes.forEach(GatewayProcess::close);
    }

    @Test
    void aFrozenNodeHoldsUpNobodyAndItsMembersHearAgainWhenItIsBack() {
        GatewayProcess busy = nodes.get(0);
        GatewayProcess frozen = nodes.get(2);
        try (TestClient alice = TestClient.connect(busy);
                TestClient bob = TestClient.connect(nodes.get(1));
                TestClient carol = TestClient.connect(frozen)) {
            alice.joins("flood");
            bob.joins("flood");
            carol.joins("flood");

            frozen.signal("STOP");
            int said = 0;
            try {
                long begin = System.nanoTime();
                while (said < LEAST_ROUNDS * PER_ROUND || System.nanoTime() - begin < FLOOD_NANOS) {
                    flood(alice, said);
                    hearsAllInOrder(bob, said);
                    said += PER_ROUND;
                    assertThat(busy.metric("fanfara_peer_unacknowledged_bytes")).isLessThan(MAY_OWE + ON_THE_WAY);
                }
            } finally {
                frozen.signal("CONT");
            }
            hearsSoon(carol, alice);

            int heard = (int) carol.allHeard("message").stream()
                    .filter(message -> message.containsKey("data"))
                    .count();
            assertThat(heard).isBetween(1, (int) (MAY_OWE / LARGE.length()));
            assertThat(busy.metric("fanfara_peer_dropped_total")).isGreaterThanOrEqualTo(said - heard);
            assertThat(nodes.get(1).metric("fanfara_peer_dropped_total")).isZero();
            assertThat(busy.output()).containsOnlyOnce("no publications for it until it catches up");
            Eventually.holds(() -> {
                assertThat(busy.output()).containsOnlyOnce("keeps up again");
                assertThat(busy.metric("fanfara_peer_unacknowledged_bytes")).isZero();
            });
        }
    }

    @Test
    void whatIsAnnouncedToAFrozenNodeIsBoundedToo() {
        GatewayProcess busy = nodes.get(0);
        GatewayProcess frozen = nodes.get(2);
        try (TestClient alice = TestClient.connect(busy);
                TestClient bob = TestClient.connect(nodes.get(1))) {
            bob.hears("welcome");
            double before = busy.metric("fanfara_peer_dropped_total");
            int announced = 100;

            frozen.signal("STOP");
            try {
                for (int i = 0; i < announced; i++) {
                    alice.says("{'type':'broadcast','data':[" + i + ",'" + LARGE + "']}");
                    assertThat(bob.hears("broadcast").getJsonArray("data").getInteger(0))
                            .isEqualTo(i);
                }
            } finally {
                frozen.signal("CONT");
            }

            // To each of its two loops.
            double dropped = busy.metric("fanfara_peer_dropped_total") - before;
            assertThat((2 * announced - dropped) * LARGE.length()).isLessThan(4 << 20);
        }
    }

    private static void flood(TestClient alice, int first) {
        for (int i = first; i < first + PER_ROUND; i++) {
            alice.says("{'type':'message','data':[" + i + ",'" + LARGE + "'],'echo':false}");
        }
    }

    private static void hearsAllInOrder(TestClient bob, int first) {
        for (int i = first; i < first + PER_ROUND; i++) {
            assertThat(bob.hears("message").getJsonArray("data").getInteger(0)).isEqualTo(i);
        }
    }

    private static void hearsSoon(TestClient carol, TestClient alice) {
        long begin = System.nanoTime();
        Eventually.holds(() -> {
            alice.says("{'type':'message','text':'still there?'}");
            assertThat(carol.allHeard("message")).anyMatch(message -> message.containsKey("text"));
        });
        assertThat(System.nanoTime() - begin).isLessThan(TimeUnit.SECONDS.toNanos(5));
    }
}
