package dev.fanfara.cluster;

import com.hazelcast.cluster.Member;
import com.hazelcast.core.HazelcastInstance;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the shared data is: in partitions, each on one node and with copies on others. What asks for it here blocks, and
 * is for threads that may.
 */
public final class Partitions {
    private static final Logger LOG = LoggerFactory.getLogger(Partitions.class);
    private static final long LOOK_AGAIN_NANOS = 20_000_000;

    private final HazelcastInstance hazelcast;

    public Partitions(HazelcastInstance hazelcast) {
        this.hazelcast = hazelcast;
    }

    /**
     * Waits until this node has its share and all data of the cluster has its copies. From then on any one node may go
     * and nothing moves that could have moved before.
     *
     * @return false if that took longer than it may
     */
    public boolean settle(Duration atMost) {
        long start = System.nanoTime();
        while (!isSettled()) {
            if (System.nanoTime() - start > atMost.toNanos()) {
                return false;
            }
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
        }
        return true;
    }

    private boolean isSettled() {
        Member self = hazelcast.getCluster().getLocalMember();
        return hazelcast.getPartitionService().getPartitions().stream()
                        .anyMatch(partition -> self.equals(partition.getOwner()))
                && hazelcast.getPartitionService().isClusterSafe();
    }

    /**
     * Gives everything to the other nodes and goes on as a member that keeps nothing. So a node that leaves can take as
     * long for that as it has, and is a full member for its clients meanwhile. Does nothing where nobody could take it.
     */
    public void handOver() {
        boolean isAlone = hazelcast.getCluster().getMembers().stream()
                .allMatch(member -> member.localMember() || member.isLiteMember());
        if (isAlone) {
            return;
        }
        long start = System.nanoTime();
        try {
            hazelcast.getCluster().demoteLocalDataMember();
            LOG.info("handed over in {} ms", (System.nanoTime() - start) / 1_000_000);
        } catch (IllegalStateException notNow) {
            // Others are leaving too, or the cluster does not know who leads it: leaving it tries once more.
            LOG.info("did not hand over: {}", notNow.getMessage());
        }
    }
}
