package dev.fanfara.log;

import com.hazelcast.cluster.MembershipAdapter;
import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.config.Config;
import com.hazelcast.config.InMemoryFormat;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.MergePolicyConfig;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.internal.serialization.Data;
import com.hazelcast.map.IMap;
import com.hazelcast.map.impl.proxy.MapProxyImpl;
import dev.fanfara.protocol.Payload;
import dev.fanfara.protocol.RoomName;
import dev.fanfara.room.Appended;
import dev.fanfara.room.Batch;
import dev.fanfara.room.Head;
import dev.fanfara.room.Keeping;
import dev.fanfara.room.Proposal;
import dev.fanfara.room.Slice;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The memories of all rooms of a cluster: each on one node, with copies on others. One serves all event loops of its node;
 * futures complete on the loop that asked.
 *
 * <p>A question goes to the partition thread of the node that has the room's original, by an entry processor. Only one key
 * per processor wherever something is written: Hazelcast does not wait for the copies of a write to many. Two crossings
 * of threads and, to another node, one round trip; with copies one more before a write is done. On a node alone an append
 * costs about 20 µs of processor time, where in {@link LocalRoomLogs} it is half of one: nearly all of it is the way.
 *
 * <p>A question that fails, or whose answer is lost when a node dies, is asked again. That an earlier one may have been
 * heard, and may still come to its end, does no harm: batches have numbers, and epochs names of their own.
 */
public final class ClusteredRoomLogs implements RoomLogs {
    private static final String MAP = "fanfara.rooms";

    private static final int MAX_ASKED = 4_096;
    private static final long MAX_ASKED_BYTES = 64 << 20;

    /** In a batch, beside texts: about what objects and their lengths on the wire take. */
    private static final int PROPOSAL_BYTES = 100;

    private static final long COUNT_EVERY_MS = 1_000;

    private final Vertx vertx;
    private final HazelcastInstance hazelcast;
    private final MapProxyImpl<String, StoredLog> rooms;
    private final IntSupplier maxRooms;
    private final long counting;
    private final AtomicInteger asked = new AtomicInteger();
    private final Set<Question<?, ?>> open = ConcurrentHashMap.newKeySet();
    private final UUID listening;
    private final AtomicLong askedBytes = new AtomicLong();
    /** Originals on this node, as of a second ago. */
    private volatile long originals;

    private volatile boolean closed;

    /** @param maxRooms whose originals this node may have */
    public ClusteredRoomLogs(Vertx vertx, HazelcastInstance hazelcast, IntSupplier maxRooms) {
        this.vertx = vertx;
        this.hazelcast = hazelcast;
        this.rooms = (MapProxyImpl<String, StoredLog>) hazelcast.<String, StoredLog>getMap(MAP);
        this.maxRooms = maxRooms;
        this.counting = vertx.setPeriodic(COUNT_EVERY_MS, timer -> count());
        this.listening = hazelcast.getCluster().addMembershipListener(new MembershipAdapter() {
            @Override
            public void memberRemoved(MembershipEvent lost) {
                open.forEach(Question::askAlso);
            }
        });
    }

    /**
     * What Hazelcast must know to keep rooms.
     *
     * @param backups copies besides the original
     */
    public static Consumer<Config> structures(int backups, Standing standing) {
        return config -> {
            new Fence(standing, backups > 0).put(config);
            config.addMapConfig(new MapConfig(MAP)
                    // The room as it is, not its bytes: a publication must not cost a copy of all before it.
                    .setInMemoryFormat(InMemoryFormat.OBJECT)
                    .setBackupCount(backups)
                    .setStatisticsEnabled(false)
                    .setMergePolicyConfig(new MergePolicyConfig().setPolicy(MergePolicy.class.getName())));
            config.getSerializationConfig().addDataSerializableFactory(Wired.FACTORY, new Wired.Factory());
        };
    }

    @Override
    public Future<Appended> append(RoomName room, Batch batch) {
        return ask(
                weight(batch),
                one(room, new AppendProcessor(batch, mayBegin())),
                answer -> Wired.read(begun(answer), Appended::read));
    }

    @Override
    public Future<Slice> read(RoomName room, Keeping keeping, long freshEpoch) {
        return ask(
                0,
                one(room, new ReadProcessor(keeping, freshEpoch, mayBegin())),
                answer -> Wired.read(begun(answer), Slice::read));
    }

    @Override
    public Future<@Nullable Slice> look(RoomName room) {
        long freshEpoch = ThreadLocalRandom.current().nextLong();
        return ask(0, one(room, new ReadProcessor(null, freshEpoch, false)), this::sliceIfAny);
    }

    @Override
    public Future<@Nullable Slice> renew(RoomName room, long knownEpoch, long freshEpoch) {
        return ask(0, one(room, new RenewProcessor(knownEpoch, freshEpoch)), this::sliceIfAny);
    }

    @Override
    public Future<Map<RoomName, Head>> heads(Collection<RoomName> asked) {
        List<RoomName> names = List.copyOf(asked);
        // So many names are too much work for an event loop.
        return ask(0, () -> vertx.executeBlocking(() -> headsOf(names), false).toCompletionStage(), heads -> heads);
    }

    /** By partition: of keys of many partitions, Hazelcast tells each partition all. */
    private Map<RoomName, Head> headsOf(List<RoomName> asked) throws Exception {
        Map<Integer, Set<String>> names = new HashMap<>();
        for (RoomName room : asked) {
            int partition =
                    hazelcast.getPartitionService().getPartition(room.value()).getPartitionId();
            names.computeIfAbsent(partition, first -> new HashSet<>()).add(room.value());
        }
        List<CompletionStage<Map<String, byte[]>>> answers = new ArrayList<>();
        for (Set<String> together : names.values()) {
            answers.add(rooms.submitToKeys(together, new HeadProcessor()));
        }
        Map<RoomName, Head> heads = new HashMap<>();
        for (CompletionStage<Map<String, byte[]>> answer : answers) {
            for (Map.Entry<String, byte[]> head :
                    answer.toCompletableFuture().get().entrySet()) {
                heads.put(RoomName.of(head.getKey()), Wired.read(head.getValue(), Head::read));
            }
        }
        return heads;
    }

    /**
     * What {@link IMap#submitToKey} does, less its last step: there Hazelcast hands the answer to the common pool, and
     * where that has one thread, as on two processors, to a new thread each time, which took a millisecond.
     */
    private Supplier<CompletionStage<Data>> one(RoomName room, RoomProcessor processor) {
        return () -> rooms.executeOnKeyInternal(room.value(), processor);
    }

    private byte @Nullable [] bytes(@Nullable Data answer) {
        return rooms.getNodeEngine().toObject(answer);
    }

    private @Nullable Slice sliceIfAny(@Nullable Data data) throws IOException {
        byte[] answer = bytes(data);
        return answer == null ? null : Wired.read(answer, Slice::read);
    }

    private byte[] begun(@Nullable Data data) {
        byte[] answer = bytes(data);
        if (answer == null || answer.length == 0) {
            throw LocalRoomLogs.full();
        }
        return answer;
    }

    private boolean mayBegin() {
        return originals < maxRooms.getAsInt();
    }

    private static int weight(Batch batch) {
        int bytes = 0;
        for (Proposal proposal : batch.proposals()) {
            Payload payload = proposal.payload();
            bytes += PROPOSAL_BYTES + payload.json().length;
        }
        return bytes;
    }

    private <A, T> Future<T> ask(int bytes, Supplier<CompletionStage<A>> question, Question.Decoder<A, T> decoder) {
        if (closed) {
            return Future.failedFuture(Question.unavailable("This node is leaving"));
        }
        boolean tooMany = asked.incrementAndGet() > MAX_ASKED;
        if (askedBytes.addAndGet(bytes) > MAX_ASKED_BYTES || tooMany) {
            answered(bytes);
            return Future.failedFuture(Question.unavailable("Too many publications are waiting"));
        }
        Question<A, T> begun = new Question<>(vertx, question, decoder, this::isLeaving, settled -> {
            open.remove(settled);
            answered(bytes);
        });
        open.add(begun);
        return begun.ask();
    }

    private void answered(int bytes) {
        asked.decrementAndGet();
        askedBytes.addAndGet(-bytes);
    }

    private boolean isLeaving() {
        return closed || !hazelcast.getLifecycleService().isRunning();
    }

    /** Hazelcast may sleep in this while copies have no place yet, so it is for a worker. */
    private void count() {
        vertx.executeBlocking(() -> rooms.getLocalMapStats().getOwnedEntryCount(), true)
                .onSuccess(count -> originals = count);
    }

    @Override
    public void close() {
        closed = true;
        vertx.cancelTimer(counting);
        if (hazelcast.getLifecycleService().isRunning()) {
            hazelcast.getCluster().removeMembershipListener(listening);
        }
    }
}
