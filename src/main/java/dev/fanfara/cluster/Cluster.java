package dev.fanfara.cluster;

import com.hazelcast.config.Config;
import com.hazelcast.core.HazelcastInstance;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** This node's place in its cluster, or alone. Any thread. */
public final class Cluster {
    private final Vertx vertx;
    private final String nodeId;
    private final @Nullable Membership membership;

    private record Membership(RoutedClusterManager manager, PeerWatch watch) {}

    private Cluster(Vertx vertx, String nodeId, @Nullable Membership membership) {
        this.vertx = vertx;
        this.nodeId = nodeId;
        this.membership = membership;
    }

    /** A node without peers. Addresses that name it work as in a cluster. */
    public static Cluster standalone(Vertx vertx) {
        return new Cluster(vertx, UUID.randomUUID().toString(), null);
    }

    /**
     * Builds a clustered Vert.x and joins. Fails with a {@link ClusterException} if it cannot; then nothing is left open.
     *
     * @param builder prepared with transport and metrics
     * @param beforeJoin prepares the event bus (codecs): peers may send as soon as this node is a member
     * @param majority learns how many nodes there are
     * @param structures adds what the other parts keep in Hazelcast: maps, serializers, split-brain protection
     */
    public static Future<Cluster> start(
            ClusterOptions options,
            VertxOptions vertxOptions,
            VertxBuilder builder,
            Majority majority,
            Consumer<Config> structures,
            Consumer<Vertx> beforeJoin) {
        Config config = HazelcastSettings.of(options);
        structures.accept(config);
        RoutedClusterManager manager = new RoutedClusterManager(options, config, beforeJoin);
        // A copy has plain metrics options, in which what the meters are told to leave out is lost.
        VertxOptions clustered = new VertxOptions(vertxOptions).setMetricsOptions(vertxOptions.getMetricsOptions());
        bus(options, clustered.getEventBusOptions());
        return builder.with(clustered)
                .withClusterManager(manager)
                .buildClustered()
                .recover(failure -> Future.failedFuture(StartFailure.ofVertx(options, failure)))
                .compose(vertx -> joined(vertx, manager, majority));
    }

    private static void bus(ClusterOptions options, EventBusOptions bus) {
        bus.setHost(options.host());
        bus.setPort(options.eventBusPort());
        // While a connection is being made its messages queue without bound: 60 s of them by default.
        bus.setConnectTimeout(2000);
        // Nothing else closes the connection to a host that vanished without a word, and what is sent to it queues
        // without
        // bound. Together no longer than Hazelcast is patient; the answer waits behind the messages, so it gets the
        // larger
        // part, or one slow second would throw them away.
        bus.setClusterPingInterval(2000);
        bus.setClusterPingReplyInterval(4000);
    }

    private static Future<Cluster> joined(Vertx vertx, RoutedClusterManager manager, Majority majority) {
        // Whoever reaches the bus port could otherwise have classes of its choice instantiated here.
        vertx.eventBus().serializableChecker(className -> false).clusterSerializableChecker(className -> false);
        PeerWatch watch = new PeerWatch(vertx, manager.getHazelcastInstance(), manager.getNodeId(), majority);
        Cluster cluster = new Cluster(vertx, manager.getNodeId(), new Membership(manager, watch));
        return watch.start().map(cluster);
    }

    public Vertx vertx() {
        return vertx;
    }

    /** New at every start. The bus address {@code fanfara.<kind>.<nodeId>} leads here from every node. */
    public String nodeId() {
        return nodeId;
    }

    /** The other nodes, as far as their event bus answers. Immutable; a new list after each change. */
    public List<Peer> peers() {
        return membership == null ? List.of() : membership.watch().peers();
    }

    /** Whether this node has been in the cluster longest. Exactly one node is, except while the cluster is split; not one that has left. */
    public boolean oldest() {
        return membership == null || membership.watch().oldest();
    }

    /**
     * Tells of every change from now on, in order. Called on an event loop of the cluster's choice, after {@link #peers}
     * has changed: hand over to your own and return.
     */
    public void onChange(Consumer<Change> listener) {
        if (membership != null) {
            membership.watch().onChange(listener);
        }
    }

    /** Where shared data lives; empty for a node alone. */
    public Optional<HazelcastInstance> hazelcast() {
        return Optional.ofNullable(membership).map(in -> in.manager().getHazelcastInstance());
    }

    /**
     * Leaves: hands the shared data over and says goodbye, while the bus still listens, so that no peer sends to a closed
     * port. Fails if that takes longer than it may. Vert.x stays open, for its owner to close.
     */
    public Future<Void> leave() {
        if (membership == null) {
            return Future.succeededFuture();
        }
        int seconds = HazelcastSettings.MAX_LEAVE_SECONDS + 5;
        Promise<Void> left = Promise.promise();
        membership.manager().leave(left);
        return left.future()
                .andThen(done -> membership.watch().stop())
                .timeout(seconds, TimeUnit.SECONDS)
                .recover(failure -> Future.failedFuture(
                        new ClusterException("did not leave the cluster cleanly: " + failure.getMessage())));
    }
}
