package dev.fanfara.cluster;

import static dev.fanfara.cluster.Await.until;
import static dev.fanfara.cluster.Talk.answer;
import static dev.fanfara.cluster.Talk.ask;
import static org.assertj.core.api.Assertions.assertThat;

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
        Cluster a = nodes.start(nodes.options(0), config -> Nodes.mergesAfter(1, config));
        Cluster b = nodes.start(nodes.stranger(1), config -> Nodes.mergesAfter(1, config));
        assertThat(b.peers()).isEmpty();
        answer(a, "a");
        answer(b, "b");
        Queue<Change> heard = new ConcurrentLinkedQueue<>();
        a.onChange(heard::add);
        b.onChange(heard::add);

        until("one side has merged", () -> heard.contains(new Change.Merged()));
        until("both have a peer", () -> a.peers().size() == 1 && b.peers().size() == 1);

        assertThat(a.oldest()).isNotEqualTo(b.oldest());
        assertThat(ask(a, b)).isEqualTo("b");
        assertThat(ask(b, a)).isEqualTo("a");
    }
}
