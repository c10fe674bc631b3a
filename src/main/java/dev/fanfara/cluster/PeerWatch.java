package dev.fanfara.cluster;

import com.hazelcast.cluster.Member;
import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.cluster.MembershipListener;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.LifecycleEvent.LifecycleState;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who the peers are: members whose event bus answers. Changes happen on one event loop, in order; reading is for any thread.
 *
 * <p>A node is a member some hundred milliseconds before its event bus listens, and for ever if a firewall closes only that
 * port. So a newcomer is knocked at until it opens, and only then is a peer. The membership is compared as a whole at every
 * event, since a node that merges into another cluster loses its old members without one.
 */
final class PeerWatch {
    private static final Logger log = LoggerFactory.getLogger(PeerWatch.class);
    private static final Duration KNOCK_AGAIN = Duration.ofMillis(50);
    private static final Duration COMPLAIN = Duration.ofSeconds(5);

    private final HazelcastInstance hazelcast;
    private final String nodeId;
    private final Majority majority;
    private final Vertx vertx;
    private final Context loop;
    /** Kept in a field: Vert.x closes a client that nobody refers to. */
    private final NetClient knocker;

    private final List<Consumer<Change>> listeners = new CopyOnWriteArrayList<>();

    /** All other members, by node id, whether their bus answers or not. Touched only by the cluster's event loop. */
    private final Map<String, Member> members = new LinkedHashMap<>();

    private final Lease lease;
    private volatile List<Peer> peers = List.of();
    private volatile boolean oldest;

    PeerWatch(Vertx vertx, HazelcastInstance hazelcast, String nodeId, Majority majority) {
        this.vertx = vertx;
        this.hazelcast = hazelcast;
        this.nodeId = nodeId;
        this.majority = majority;
        this.loop = vertx.getOrCreateContext();
        this.lease = new Lease(vertx, hazelcast, nodeId, majority, members::keySet);
        this.knocker = vertx.createNetClient(new NetClientOptions().setConnectTimeout(2000));
    }

    /** Succeeds when each present member has answered or failed to, once. */
    Future<Void> start() {
        hazelcast.getCluster().addMembershipListener(new MembershipListener() {
            @Override
            public void memberAdded(MembershipEvent event) {
                loop.runOnContext(onLoop -> compare());
            }

            @Override
            public void memberRemoved(MembershipEvent event) {
                loop.runOnContext(onLoop -> compare());
            }
        });
        hazelcast.getLifecycleService().addLifecycleListener(event -> {
            if (event.getState() == LifecycleState.MERGED) {
                loop.runOnContext(onLoop -> {
                    compare();
                    tell(new Change.Merged());
                });
            }
        });
        Promise<Void> started = Promise.promise();
        loop.runOnContext(onLoop -> {
            lease.start();
            compare().onComplete(started);
        });
        return started.future();
    }

    /** Forgets everybody, silently: this node has left. */
    void stop() {
        loop.runOnContext(onLoop -> {
            members.clear();
            peers = List.of();
            oldest = false;
        });
    }

    List<Peer> peers() {
        return peers;
    }

    boolean oldest() {
        return oldest;
    }

    void onChange(Consumer<Change> listener) {
        listeners.add(listener);
    }

    private Future<Void> compare() {
        if (!hazelcast.getLifecycleService().isRunning()) {
            return Future.succeededFuture();
        }
        Map<String, Member> present = new LinkedHashMap<>();
        NodeAttributes.nodes(hazelcast).forEach(member -> present.put(NodeAttributes.nodeId(member), member));
        oldest = present.keySet().stream().findFirst().filter(nodeId::equals).isPresent();
        majority.nowThereAre(present.keySet());
        present.remove(nodeId);

        for (String gone : List.copyOf(members.keySet())) {
            if (!present.containsKey(gone)) {
                members.remove(gone);
                left(gone);
            }
        }
        List<Future<Void>> knocks = new ArrayList<>();
        present.forEach((id, member) -> {
            if (members.put(id, member) == null) {
                knocks.add(knock(id, System.nanoTime()));
            }
        });
        return Future.join(knocks).mapEmpty();
    }

    private Future<Void> knock(String id, long since) {
        Member member = members.get(id);
        if (member == null) {
            return Future.succeededFuture();
        }
        return knocker.connect(NodeAttributes.bus(member)).transform(door -> {
            if (door.succeeded()) {
                door.result().close();
                joined(id);
            } else {
                long waited = System.nanoTime() - since;
                if (waited > COMPLAIN.toNanos()) {
                    log.warn(
                            "node {} is a member, but its event bus at {} does not answer: {}",
                            id,
                            NodeAttributes.bus(member),
                            door.cause().getMessage());
                }
                long next = waited > COMPLAIN.toNanos() ? COMPLAIN.toMillis() : KNOCK_AGAIN.toMillis();
                vertx.setTimer(next, timer -> knock(id, since));
            }
            return Future.succeededFuture();
        });
    }

    private void joined(String id) {
        Member member = members.get(id);
        if (member == null || peers.stream().anyMatch(peer -> peer.nodeId().equals(id))) {
            return;
        }
        Peer peer = NodeAttributes.peer(member);
        List<Peer> more = new ArrayList<>(peers);
        more.add(peer);
        peers = List.copyOf(more);
        tell(new Change.Joined(peer));
    }

    private void left(String id) {
        for (Peer peer : peers) {
            if (peer.nodeId().equals(id)) {
                peers = peers.stream().filter(other -> other != peer).toList();
                tell(new Change.Left(peer));
            }
        }
    }

    private void tell(Change change) {
        for (Consumer<Change> listener : listeners) {
            try {
                listener.accept(change);
            } catch (RuntimeException failure) {
                log.error("a listener failed on {}", change, failure);
            }
        }
    }
}
