package dev.fanfara.broadcast;

import dev.fanfara.bus.Forwarded;
import java.util.ArrayList;
import java.util.List;

/**
 * What one loop here forwards to one loop of another node: gathered over a turn, then sent as one message. Counts in
 * bytes how far the other loop is behind. Touched only by the room service's event loop.
 *
 * <p>The position is this side's count of what it has sent, and the other side repeats the highest it has seen. So a
 * message or an acknowledgement that the bus loses is made good by the next, and a loss takes no credit away for ever.
 */
final class PeerStream {
    /** Gathering more would only cost memory: here a message's fixed cost is small already. */
    private static final int MAX_GATHERED = 64 * 1024;
    /** What a message costs beside its publications while it waits in this node: the objects of Vert.x and Netty. */
    private static final int MESSAGE_OVERHEAD = 1024;

    final String address;
    private List<Forwarded> gathered = new ArrayList<>();
    private int gatheredBytes;
    private long position;
    private long acknowledged;

    /** A stream to a loop that had one before goes on above it, so that what is left of the old one means nothing. */
    PeerStream(String address, long start) {
        this.address = address;
        position = start;
        acknowledged = start;
    }

    boolean isEmpty() {
        return gathered.isEmpty();
    }

    /** True if so much has gathered that it should be sent now. */
    boolean gather(Forwarded publication) {
        int size = publication.size();
        if (gathered.isEmpty()) {
            position += MESSAGE_OVERHEAD;
        }
        gathered.add(publication);
        gatheredBytes += size;
        position += size;
        return gatheredBytes >= MAX_GATHERED;
    }

    /** Something else that goes out at once, and is acknowledged with what comes after it. */
    void count(int bytes) {
        position += MESSAGE_OVERHEAD + bytes;
    }

    List<Forwarded> take() {
        List<Forwarded> taken = gathered;
        gathered = new ArrayList<>();
        gatheredBytes = 0;
        return taken;
    }

    long position() {
        return position;
    }

    long unacknowledged() {
        return position - acknowledged;
    }

    /** In any order and as often as they come: the highest counts. */
    void acknowledge(long upTo) {
        if (upTo <= position) {
            acknowledged = Math.max(acknowledged, upTo);
        }
    }
}
