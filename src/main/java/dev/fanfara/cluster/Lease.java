package dev.fanfara.cluster;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import java.util.Collection;
import java.util.function.Supplier;

/** Asks the other nodes, twice a second, whether they still see this one as a member, and answers them. Touched only by the cluster's event loop. */
final class Lease {
    private static final String ADDRESS = "fanfara.member.";
    private static final long RENEW_MS = 500;
    private static final int NO_MEMBER = 404;
    private static final DeliveryOptions PATIENCE = new DeliveryOptions().setSendTimeout(Majority.LEASE.toMillis());

    private final Vertx vertx;
    private final HazelcastInstance hazelcast;
    private final String nodeId;
    private final Majority majority;
    private final Supplier<Collection<String>> others;

    Lease(
            Vertx vertx,
            HazelcastInstance hazelcast,
            String nodeId,
            Majority majority,
            Supplier<Collection<String>> others) {
        this.vertx = vertx;
        this.hazelcast = hazelcast;
        this.nodeId = nodeId;
        this.majority = majority;
        this.others = others;
    }

    void start() {
        vertx.eventBus().<String>consumer(ADDRESS + nodeId, this::answer);
        if (majority.needsOthers()) {
            vertx.setPeriodic(0, RENEW_MS, timer -> others.get().forEach(this::ask));
        }
    }

    private void ask(String other) {
        long asked = System.nanoTime();
        vertx.eventBus()
                .<Void>request(ADDRESS + other, nodeId, PATIENCE)
                .onSuccess(answer -> majority.confirmedBy(other, asked));
    }

    private void answer(Message<String> question) {
        if (sees(question.body())) {
            question.reply(null);
        } else {
            question.fail(NO_MEMBER, "no member");
        }
    }

    private boolean sees(String other) {
        try {
            return NodeAttributes.nodes(hazelcast).stream()
                    .anyMatch(member -> NodeAttributes.nodeId(member).equals(other));
        } catch (HazelcastInstanceNotActiveException left) {
            return false;
        }
    }
}
