package dev.fanfara.cluster;

import static dev.fanfara.cluster.Await.await;
import static dev.fanfara.cluster.Await.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.auth.Revocation;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
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
        Cluster a = nodes.start(nodes.options(0), config -> Nodes.mergesAfter(4, config));
        SharedRevocations atA = revocations(a);
        await(atA.keep(USER));
        Cluster b = nodes.start(nodes.stranger(1), config -> Nodes.mergesAfter(4, config));
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
}
