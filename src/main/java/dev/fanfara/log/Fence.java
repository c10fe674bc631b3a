package dev.fanfara.log;

import com.hazelcast.cluster.memberselector.MemberSelectors;
import com.hazelcast.config.Config;
import com.hazelcast.instance.impl.Node;
import com.hazelcast.internal.partition.InternalPartitionService;
import com.hazelcast.internal.serialization.Data;
import java.util.Objects;

/**
 * Keeps a node from answering for rooms that may be another's by now: one that was frozen, or is cut off, holds what it
 * takes for the originals until it learns better. Partition threads.
 *
 * <p>An answer counts once a copy has confirmed it, and a node confirms only to one that it sees as a member and as the
 * owner of the original. So what must not happen is an answer that needs no copy: Hazelcast gives one wherever it knows of
 * no node for the copy, for moments after each loss of a node, and for good on a node that believes to be the last. And
 * where original and copy are cut off together, they must have stopped before the others go on without them; nor must a
 * node that was frozen take in what it will never see confirmed, since a room that differs on two sides begins an epoch.
 *
 * <p>All of this is asked where the answer is made and when; events of the membership come later.
 */
final class Fence {
    private static final String KEY = Fence.class.getName();

    private final Standing standing;
    private final boolean copies;

    /** @param copies whether anything is to be confirmed where two nodes keep data, or more */
    Fence(Standing standing, boolean copies) {
        this.standing = standing;
        this.copies = copies;
    }

    /** For the node that is made of this configuration. */
    void put(Config config) {
        config.getUserContext().put(KEY, this);
    }

    static Fence of(Node node) {
        return (Fence) Objects.requireNonNull(node.getConfig().getUserContext().get(KEY));
    }

    /** Whether a part of the cluster that is smaller than another can have answered nothing that the other does not know. */
    boolean letsOneSideGoOn() {
        return copies && standing.isOneSideOnly();
    }

    /**
     * Before an original is asked.
     *
     * @throws NoMajority if this node must not go on
     * @throws NotNow if it may soon
     */
    void check(Node node, Data room) {
        if (!standing.isEnough(node.getClusterService().getSize())) {
            throw new NoMajority();
        }
        if (!standing.isConfirmed()) {
            throw new NotNow("too few nodes have confirmed lately that they see this one");
        }
        InternalPartitionService partitions = node.getPartitionService();
        if (copies
                && node.getClusterService().getSize(MemberSelectors.DATA_MEMBER_SELECTOR) > 1
                && partitions.getPartition(partitions.getPartitionId(room)).getReplica(1) == null) {
            throw new NotNow("the copy has no place yet");
        }
    }
}
