package dev.fanfara.admission;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.fanfara.config.LimitsConfig;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How many connections this node has, and whether there is room for one more: sockets against the process's file
 * descriptors, new connections against time, open ones against their address and user. Any thread, but for a {@link Lease}.
 */
public final class Connections {
    /** A connection that counts, until it is closed. Touched only by the connection's event loop. */
    public final class Lease {
        private final @Nullable String group;
        private final @Nullable String user;
        private boolean open = true;

        private Lease(@Nullable String group, @Nullable String user) {
            this.group = group;
            this.user = user;
        }

        /** As it counts; empty where it has its place elsewhere. */
        public String address() {
            return group == null ? "" : group;
        }

        /** The second and later calls do nothing. */
        public void close() {
            if (open) {
                open = false;
                if (group != null) {
                    lower(perAddress, group);
                }
                if (user != null) {
                    lower(perUser, user);
                }
            }
        }
    }

    /** The key is the first one's string, so that thousands behind one address share it. */
    private record Count(String key, int connections) {}

    private final Supplier<LimitsConfig> limits;
    private final LongSupplier maxSockets;
    private final AtomicInteger sockets = new AtomicInteger();
    private final ConcurrentMap<String, Count> perAddress = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, Count> perUser = new ConcurrentHashMap<>();
    private volatile @Nullable Pace pace;

    public Connections(Supplier<LimitsConfig> limits) {
        this(limits, socketsThisProcessCanHave());
    }

    Connections(Supplier<LimitsConfig> limits, LongSupplier maxSockets) {
        this.limits = limits;
        this.maxSockets = maxSockets;
    }

    /**
     * A socket was accepted; if there are too many it is to be closed at once, without {@link #socketClosed}. The tenth
     * that is kept free serves the cluster, the logs and the operator who wants to see what is going on.
     */
    public boolean socketOpened() {
        if (sockets.incrementAndGet() <= maxSockets.getAsLong()) {
            return true;
        }
        sockets.decrementAndGet();
        return false;
    }

    public void socketClosed() {
        sockets.decrementAndGet();
    }

    /**
     * A connection begins, in this second: empty if it may, else how long to wait.
     *
     * @param comesBack whether its client says that it was connected before
     */
    public Optional<Duration> begin(boolean comesBack) {
        return paceNow().begin(comesBack, System.nanoTime());
    }

    /** The same for one that only might begin, before anything is done for it. */
    public Optional<Duration> refuses(boolean comesBack) {
        return paceNow().refuses(comesBack, System.nanoTime());
    }

    /**
     * Empty if the address or the user has as many as it may. {@code address} is null where it has a place already,
     * {@code user} for someone anonymous.
     */
    public Optional<Lease> tryOpen(@Nullable ClientAddress address, @Nullable String user) {
        LimitsConfig now = limits.get();
        String group = null;
        if (address != null) {
            group = raise(perAddress, address.group(), now.connectionsPerIp());
            if (group == null) {
                return Optional.empty();
            }
        }
        if (user != null && raise(perUser, user, now.connectionsPerUser()) == null) {
            if (group != null) {
                lower(perAddress, group);
            }
            return Optional.empty();
        }
        return Optional.of(new Lease(group, user));
    }

    /** Of whoever takes nobody's place: an operator who looks on. */
    public Lease uncounted() {
        return new Lease(null, null);
    }

    /** The key as the table has it; null if there are as many as there may be. */
    private static @Nullable String raise(ConcurrentMap<String, Count> counts, String key, int limit) {
        boolean[] raised = new boolean[1];
        Count after = counts.compute(key, (same, count) -> {
            Count before = count == null ? new Count(key, 0) : count;
            raised[0] = before.connections < limit;
            return raised[0] ? new Count(before.key, before.connections + 1) : count;
        });
        return raised[0] && after != null ? after.key : null;
    }

    private static void lower(ConcurrentMap<String, Count> counts, String key) {
        counts.computeIfPresent(
                key, (same, count) -> count.connections == 1 ? null : new Count(count.key, count.connections - 1));
    }

    private Pace paceNow() {
        int perSecond = limits.get().connectsPerSecond();
        Pace known = pace;
        if (known == null || known.perSecond() != perSecond) {
            known = new Pace(perSecond, System.nanoTime());
            pace = known;
        }
        return known;
    }

    /** The limit of the process may be changed while it runs; what it has open besides sockets hardly does. */
    private static LongSupplier socketsThisProcessCanHave() {
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix) {
            long others = unix.getOpenFileDescriptorCount();
            return () -> Math.max(1, unix.getMaxFileDescriptorCount() / 10 * 9 - others);
        }
        return () -> Long.MAX_VALUE;
    }
}
