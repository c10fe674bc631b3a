package dev.fanfara.cluster;

import static dev.fanfara.cluster.Await.await;
import static dev.fanfara.cluster.Await.until;
import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.config.Config;
import dev.fanfara.auth.Revocation;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SharedRevocationsTest {
    private static final Instant NOW = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    private static final Revocation USER = Revocation.ofUser("alice", NOW, NOW.plus(Duration.ofHours(1)));
    private static final Revocation TOKEN = Revocation.ofToken("t1", NOW, Instant.parse("9999-01-01T00:00:00Z"));

    private final Nodes nodes = new Nodes();

    @AfterEach
    void close() {
        nodes.close();
    }

    @Test
    void whatBothSidesOfASplitClusterKeptIsKeptByBoth() {
        Cluster a = nodes.start(nodes.options(0), SharedRevocationsTest::soon);
        SharedRevocations atA = revocations(a);
        await(atA.keep(USER));
        Cluster b = nodes.start(strangerToAll(nodes.options(1)), SharedRevocationsTest::soon);
        SharedRevocations atB = revocations(b);
        await(atB.keep(TOKEN));
        assertThat(await(atB.all())).as("of a cluster of its own").containsExactly(TOKEN);

        until("they are one cluster", () -> a.peers().size() == 1 && b.peers().size() == 1);

        for (SharedRevocations each : List.of(atA, atB)) {
            until("all is everywhere", () -> await(each.all()).size() == 2);
            assertThat(await(each.all())).containsExactlyInAnyOrder(USER, TOKEN);
        }
    }

    @Test
    void nodeThatLeavesHandsThemOver() {
        Cluster a = nodes.start(0);
        await(revocations(a).keep(USER));
        Cluster b = nodes.start(1);

        nodes.leave(a);

        assertThat(await(revocations(b).all())).containsExactly(USER);
    }

    private static SharedRevocations revocations(Cluster node) {
        return new SharedRevocations(node.vertx(), node.hazelcast().orElseThrow());
    }

    private static void soon(Config config) {
        config.setProperty("hazelcast.merge.first.run.delay.seconds", "4");
        config.setProperty("hazelcast.merge.next.run.delay.seconds", "1");
    }

    /** Looks for nobody, so it founds a cluster of its own; the others' search finds it. */
    private static ClusterOptions strangerToAll(ClusterOptions options) {
        return new ClusterOptions(
                options.name(),
                options.host(),
                options.port(),
                options.eventBusPort(),
                new Discovery.Members(List.of()),
                options.backups(),
                Map.of());
    }
}
