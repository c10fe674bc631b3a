package dev.fanfara.cluster;

import com.hazelcast.cluster.Member;
import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.config.Config;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import com.hazelcast.core.LifecycleEvent;
import com.hazelcast.core.LifecycleEvent.LifecycleState;
import io.vertx.core.Completable;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.spi.cluster.NodeInfo;
import io.vertx.core.spi.cluster.RegistrationInfo;
import io.vertx.core.spi.cluster.RegistrationListener;
import io.vertx.core.spi.cluster.RegistrationUpdateEvent;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Routes the event bus by membership: a message goes to the node that its address names, if that node is a member. Any
 * thread.
 *
 * <p>The stock manager keeps all subscriptions in a shared multimap. Each costs a blocking write, survivors clean up one by
 * one after a crash (seconds, with thousands), and what a partition mixes up may stay so. An address that names its node
 * needs none of it: messages flow again within milliseconds of a membership change. Addresses that are not {@link Routes
 * ours} still go the stock way.
 */
final class RoutedClusterManager extends HazelcastClusterManager {
    private static final Logger log = LoggerFactory.getLogger(RoutedClusterManager.class);

    private static final int RECONNECT_MILLIS = 100;

    private final ClusterOptions options;
    private final Consumer<Vertx> beforeJoin;
    private final Routes routes = new Routes();

    /** When the bus last wanted to connect to a node, by {@link System#nanoTime}. Absent nodes go at each change. */
    private final Map<String, Long> lookups = new ConcurrentHashMap<>();

    private @Nullable RegistrationListener cache;
    private @Nullable Context worker;

    RoutedClusterManager(ClusterOptions options, Config config, Consumer<Vertx> beforeJoin) {
        super(config);
        this.options = options;
        this.beforeJoin = beforeJoin;
    }

    @Override
    public void init(Vertx vertx) {
        super.init(vertx);
        worker = vertx.getOrCreateContext();
        beforeJoin.accept(vertx);
    }

    @Override
    public void registrationListener(RegistrationListener listener) {
        super.registrationListener(listener);
        cache = listener;
    }

    @Override
    public void join(Completable<Void> joined) {
        super.join((nothing, failure) -> {
            if (failure == null) {
                joined.succeed();
            } else {
                joined.fail(StartFailure.ofHazelcast(options, failure));
            }
        });
    }

    @Override
    public void leave(Completable<Void> left) {
        if (getHazelcastInstance() == null) {
            // Vert.x closes itself after a failed join, and the stock manager then stumbles over what it never created.
            left.succeed();
        } else {
            super.leave(left);
        }
    }

    @Override
    public void addRegistration(String address, RegistrationInfo registration, Completable<Void> added) {
        if (Routes.node(address) == null) {
            super.addRegistration(address, registration, added);
        } else {
            added.succeed();
        }
    }

    @Override
    public void removeRegistration(String address, RegistrationInfo registration, Completable<Void> removed) {
        if (Routes.node(address) == null) {
            super.removeRegistration(address, registration, removed);
        } else {
            removed.succeed();
        }
    }

    /** No registration means that the bus looks for a handler on this node, finds none and fails the send at once. */
    @Override
    public void getRegistrations(String address, Completable<List<RegistrationInfo>> answer) {
        String node = Routes.node(address);
        if (node == null) {
            super.getRegistrations(address, answer);
        } else if (routes.ask(address, node, this::isPresent)) {
            answer.succeed(List.of(new RegistrationInfo(node, 0, false)));
        } else {
            answer.succeed(List.of());
        }
    }

    /**
     * The bus asks this whenever it connects, and it connects for each message as long as that fails, with a stack trace in
     * the log each time. So a second question within {@link #RECONNECT_MILLIS} waits; the messages queue meanwhile.
     */
    @Override
    public void getNodeInfo(String node, Completable<NodeInfo> answer) {
        long now = System.nanoTime();
        Long last = lookups.put(node, now);
        if (last != null && now - last < TimeUnit.MILLISECONDS.toNanos(RECONNECT_MILLIS)) {
            Objects.requireNonNull(worker).owner().setTimer(RECONNECT_MILLIS, timer -> lookUp(node, answer));
        } else {
            lookUp(node, answer);
        }
    }

    private void lookUp(String node, Completable<NodeInfo> answer) {
        Optional<Member> member = member(node);
        if (member.isPresent()) {
            SocketAddress bus = NodeAttributes.bus(member.get());
            answer.succeed(new NodeInfo(bus.host(), bus.port(), null));
        } else {
            answer.fail(new ClusterException("node " + node + " is not in the cluster"));
        }
    }

    @Override
    public void memberRemoved(MembershipEvent event) {
        forgetAbsent();
        later(() -> super.memberRemoved(event));
    }

    @Override
    public void stateChanged(LifecycleEvent event) {
        if (event.getState() == LifecycleState.MERGED) {
            forgetAbsent();
            later(() -> super.stateChanged(event));
        }
    }

    /** How many routed addresses the bus has cached. */
    int cachedAddresses() {
        return routes.size();
    }

    /** Whether the bus itself has an answer for this address in its own cache. */
    boolean isCached(String address) {
        return Objects.requireNonNull(cache).wantsUpdatesFor(address);
    }

    private void forgetAbsent() {
        RegistrationListener bus = Objects.requireNonNull(cache);
        for (String address : routes.forgetAbsent(this::isPresent)) {
            bus.registrationsUpdated(new RegistrationUpdateEvent(address, List.of()));
        }
        lookups.keySet().removeIf(node -> !isPresent(node));
    }

    private boolean isPresent(String node) {
        // This node stays present to itself after it has left: its parts still talk to each other while they stop.
        return node.equals(getNodeId()) || member(node).isPresent();
    }

    private Optional<Member> member(String node) {
        HazelcastInstance hazelcast = getHazelcastInstance();
        try {
            return NodeAttributes.nodes(hazelcast).stream()
                    .filter(member -> NodeAttributes.nodeId(member).equals(node))
                    .findFirst();
        } catch (HazelcastInstanceNotActiveException left) {
            return Optional.empty();
        }
    }

    /**
     * The stock manager tidies its shared maps in these callbacks, with blocking calls that may hang for seconds just when
     * members are lost. On Hazelcast's one membership thread they would delay the news of the next loss.
     */
    private void later(Runnable housekeeping) {
        Objects.requireNonNull(worker)
                .executeBlocking(() -> {
                    housekeeping.run();
                    return null;
                })
                .onFailure(failure -> log.warn("housekeeping after a membership change failed", failure));
    }
}
