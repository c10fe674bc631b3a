package dev.fanfara.cluster;

import static dev.fanfara.cluster.Await.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.config.AppliedConfig;
import dev.fanfara.rollout.Version;
import dev.fanfara.rollout.VersionStore;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SharedVersionsTest {
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

    private final Nodes nodes = new Nodes();

    @AfterEach
    void close() {
        nodes.close();
    }

    @Test
    void whatOneNodeKeepsTheOthersFindAlsoWhenItIsGone() {
        Cluster a = nodes.start(0);
        VersionStore atA = versions(a);
        assertThat(await(atA.latest())).isEmpty();
        assertThat(await(atA.add(0, version(1)))).isTrue();
        VersionStore atB = versions(nodes.start(1));
        assertThat(await(atB.add(1, version(2)))).isTrue();

        nodes.leave(a);

        assertThat(await(atB.latest())).contains(version(2));
        assertThat(await(atB.all())).containsExactly(version(2), version(1));
    }

    @Test
    void onlyTheNextIsTakenAndOldOnesAreForgotten() {
        VersionStore store = versions(nodes.start(0));
        await(store.add(0, version(1)));
        assertThat(await(store.add(0, version(1)))).isFalse();
        assertThat(await(store.add(2, version(3)))).isFalse();
        assertThat(await(store.all())).containsExactly(version(1));

        for (int number = 2; number <= VersionStore.KEPT + 3; number++) {
            assertThat(await(store.add(number - 1, version(number)))).isTrue();
        }

        assertThat(await(store.all())).hasSize(VersionStore.KEPT).last().isEqualTo(version(4));
    }

    private static Version version(long number) {
        return new Version(new AppliedConfig(number, "{\"demo\":true}", Set.of("f1", "f2")), NOW, "n" + number);
    }

    private static VersionStore versions(Cluster node) {
        return new SharedVersions(node.vertx(), node.hazelcast().orElseThrow());
    }
}
