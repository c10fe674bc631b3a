package dev.fanfara.cluster;

import static dev.fanfara.cluster.Await.await;
import static dev.fanfara.cluster.Await.until;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MergeTest {
    private final Nodes nodes = new Nodes();

    @AfterEach
    void close() {
        nodes.close();
    }

    @Test
    void clustersThatFindEachOtherBecomeOne() {
        Cluster a = nodes.start(0);
        Cluster b = nodes.start(strangerToAll(nodes.options(1)));
        assertThat(b.peers()).isEmpty();
        Queue<Change> heard = new ConcurrentLinkedQueue<>();
        a.onChange(heard::add);
        b.onChange(heard::add);

        until("one side has merged", () -> heard.contains(new Change.Merged()));
        until("both have a peer", () -> a.peers().size() == 1 && b.peers().size() == 1);

        assertThat(a.oldest()).isNotEqualTo(b.oldest());
        assertThat(ask(a, b)).isEqualTo("heard");
        assertThat(ask(b, a)).isEqualTo("heard");
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

    private static String ask(Cluster from, Cluster to) {
        String address = "fanfara.test." + to.nodeId() + ".0";
        await(to.vertx()
                .eventBus()
                .consumer(address, message -> message.reply("heard"))
                .completion());
        return await(from.vertx().eventBus().<String>request(address, "")).body();
    }
}
