package dev.fanfara.memory;

import com.sun.management.GarbageCollectionNotificationInfo;
import com.sun.management.GcInfo;
import io.vertx.core.Vertx;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.management.NotificationEmitter;
import javax.management.openmbean.CompositeData;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears from the JVM what each collection left in the heap. Only of collections that reach what has grown old: after one
 * that does not, the old may be full of garbage and all be well.
 *
 * <p>While memory is low it asks for a collection where none comes by itself. A node that refuses everything allocates
 * little, and would not find out for a long time that it could go on.
 *
 * <p>A heap that is full for good does not always end in an {@link OutOfMemoryError}: each collection frees just enough
 * for the next few allocations, and the process does nothing else. So the end is decided here. Any thread.
 */
public final class HeapWatch {
    private static final long LOOK_MS = 1_000;
    private static final long ASK_AFTER_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long ASK_AFTER_AT_MOST_NANOS = TimeUnit.SECONDS.toNanos(60);

    private static final int FULL_PERCENT = 95;
    private static final long FULL_FOR_NANOS = TimeUnit.SECONDS.toNanos(3);
    private static final int OUT_OF_MEMORY_STATUS = 1;

    private static final Logger LOG = LoggerFactory.getLogger(HeapWatch.class);

    private final Heap heap;
    /** Those that make up the heap. */
    private final Set<String> pools;

    private volatile long lastNanos = System.nanoTime();
    private volatile long askAfterNanos = ASK_AFTER_NANOS;
    /** Touched only by the JVM's thread for notifications. */
    private long fullSinceNanos;

    private long collectingMillis;

    private HeapWatch(Heap heap, Set<String> pools) {
        this.heap = heap;
        this.pools = pools;
    }

    public static void start(Vertx vertx, Heap heap) {
        List<MemoryPoolMXBean> inHeap = ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .toList();
        Set<String> old = inHeap.stream()
                .filter(MemoryPoolMXBean::isUsageThresholdSupported)
                .map(MemoryPoolMXBean::getName)
                .collect(Collectors.toSet());
        HeapWatch watch = new HeapWatch(
                heap, inHeap.stream().map(MemoryPoolMXBean::getName).collect(Collectors.toSet()));
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            boolean reachesOld =
                    List.of(collector.getMemoryPoolNames()).stream().anyMatch(old::contains);
            if (reachesOld && collector instanceof NotificationEmitter emitter) {
                emitter.addNotificationListener(
                        (told, nothing) -> watch.collected((CompositeData) told.getUserData()),
                        told -> told.getType()
                                .equals(GarbageCollectionNotificationInfo.GARBAGE_COLLECTION_NOTIFICATION),
                        null);
            }
        }
        vertx.setPeriodic(LOOK_MS, timer -> watch.look(vertx));
    }

    private void collected(CompositeData told) {
        GcInfo info = GarbageCollectionNotificationInfo.from(told).getGcInfo();
        lastNanos = System.nanoTime();
        long used = 0;
        for (Map.Entry<String, MemoryUsage> pool : info.getMemoryUsageAfterGc().entrySet()) {
            if (pools.contains(pool.getKey())) {
                used += pool.getValue().getUsed();
            }
        }
        long max = Runtime.getRuntime().maxMemory();
        heap.collected(used, max);
        exitIfNothingElseHappens(used * 100 / max, info.getDuration());
    }

    private void exitIfNothingElseHappens(long percent, long millis) {
        if (percent < FULL_PERCENT) {
            fullSinceNanos = 0;
            return;
        }
        if (fullSinceNanos == 0) {
            fullSinceNanos = lastNanos;
            collectingMillis = 0;
            return;
        }
        collectingMillis += millis;
        long full = lastNanos - fullSinceNanos;
        if (full > FULL_FOR_NANOS && TimeUnit.MILLISECONDS.toNanos(collectingMillis) > full / 2) {
            System.err.println("out of memory: the process does nothing but collect garbage");
            Runtime.getRuntime().halt(OUT_OF_MEMORY_STATUS);
        }
    }

    /** Less and less often, where it does not help. */
    private void look(Vertx vertx) {
        if (!heap.isLow()) {
            askAfterNanos = ASK_AFTER_NANOS;
        } else if (System.nanoTime() - lastNanos > askAfterNanos) {
            lastNanos = System.nanoTime();
            askAfterNanos = Math.min(2 * askAfterNanos, ASK_AFTER_AT_MOST_NANOS);
            LOG.info("memory is low and nothing was collected for a while: asking for it");
            vertx.executeBlocking(
                    () -> {
                        System.gc();
                        return lastNanos;
                    },
                    false);
        }
    }
}
