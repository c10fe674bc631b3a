package dev.fanfara.broadcast;

import dev.fanfara.bus.Addresses;
import dev.fanfara.bus.Forwarded;
import dev.fanfara.bus.NodeRef;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One other node, as one loop here sees it: a stream to each of its loops, and how much of them the node may owe
 * together. Touched only by the room service's event loop.
 *
 * <p>What goes to a node that is frozen, or slower than what it gets, waits in this node's memory: the event bus takes
 * everything, and it lasts seconds until the cluster gives such a node up. So a node that has not acknowledged
 * {@link #MAX_UNACKNOWLEDGED} gets no publications until it has, nor news of members and rooms. Publications are lost to
 * its members, as plain rooms promise no more than at most once; digests repair the rest. Members elsewhere notice nothing.
 */
final class PeerLink {
    /** Bytes, of all loops here together: a tenth of a second of what a fast network carries. */
    static final long MAX_UNACKNOWLEDGED =
            Math.min(16L << 20, Runtime.getRuntime().maxMemory() / 16);
    /** On a node of many loops each may have so much, or a burst in a single room would outrun a node that keeps up. */
    static final long AT_LEAST_PER_LOOP = 4L << 20;

    private static final Logger LOG = LoggerFactory.getLogger(PeerLink.class);

    private final NodeRef node;
    private final PeerStream[] streams;
    private final long limit;
    private long unacknowledged;

    /** Messages it did not get since it fell behind; 0 while it keeps up. */
    private long dropped;
    /** As of the last {@link #review}. */
    private long droppedBefore;

    /**
     * @param loops how many this node has, which share the limit
     * @param start the position at which its streams begin
     */
    PeerLink(NodeRef node, int loops, long start) {
        this.node = node;
        limit = Math.max(MAX_UNACKNOWLEDGED / loops, AT_LEAST_PER_LOOP);
        streams = new PeerStream[node.loops()];
        for (int theirs = 0; theirs < streams.length; theirs++) {
            streams[theirs] = new PeerStream(Addresses.PEER.address(node.id(), theirs), start);
        }
    }

    PeerStream stream(int theirs) {
        return streams[theirs];
    }

    /** False if it is so far behind that it does not get this one. So the last one it gets may exceed the limit. */
    boolean hasCredit() {
        if (unacknowledged < limit) {
            return true;
        }
        if (dropped++ == 0) {
            LOG.warn(
                    "node {} is {} KiB behind: no publications for it until it catches up", id(), unacknowledged >> 10);
        }
        return false;
    }

    /** True if the stream should be sent now. */
    boolean gather(int theirs, Forwarded publication) {
        PeerStream stream = streams[theirs];
        long before = stream.unacknowledged();
        boolean full = stream.gather(publication);
        unacknowledged += stream.unacknowledged() - before;
        return full;
    }

    /** Beside publications. */
    void count(int theirs, int bytes) {
        PeerStream stream = streams[theirs];
        long before = stream.unacknowledged();
        stream.count(bytes);
        unacknowledged += stream.unacknowledged() - before;
    }

    void acknowledge(int theirs, long position) {
        if (theirs >= streams.length) {
            return;
        }
        PeerStream stream = streams[theirs];
        long before = stream.unacknowledged();
        stream.acknowledge(position);
        unacknowledged += stream.unacknowledged() - before;
    }

    long unacknowledged() {
        return unacknowledged;
    }

    /** Now and then: one that has dropped nothing for a while keeps up again. */
    void review() {
        if (dropped > 0 && dropped == droppedBefore && unacknowledged < limit) {
            LOG.warn("node {} keeps up again; {} messages were not sent to it", id(), dropped);
            dropped = 0;
        }
        droppedBefore = dropped;
    }

    /** The node is gone. */
    void close() {
        if (dropped > 0) {
            LOG.warn("node {} is gone; {} messages were not sent to it", id(), dropped);
        }
    }

    String id() {
        return node.id();
    }

    int loops() {
        return node.loops();
    }
}
