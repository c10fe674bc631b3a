package dev.fanfara.bench;

import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;

/** What the connections of one event loop share. Touched only by that loop, unless a field says otherwise. */
final class BenchLoop {
    /** Any thread. */
    final EventLoop events;

    final Tally tally = new Tally();
    final Inflation inflation = new Inflation();
    final List<Member> members = new ArrayList<>();
    final List<Publisher> publishers = new ArrayList<>();
    /** Members the server, or the network, has closed. */
    final List<Member> departed = new ArrayList<>();
    /** How many members of each room live here and read. */
    final int[] readersByRoom;
    /** When the bytes that are being read came in. */
    long readNanos;

    private boolean publishersDirty;
    private Inflight inflight = Inflight.NONE;

    BenchLoop(EventLoop events, int rooms) {
        this.events = events;
        this.readersByRoom = new int[rooms];
    }

    /** Counts what one reader heard for the first time. */
    void delivered(int room, int stream, long sequence, int slot, long intendedNanos) {
        tally.deliveries++;
        tally.latency(intendedNanos, readNanos);
        inflight.heard(room, stream, sequence, slot);
    }

    void countInflight(Inflight share) {
        inflight = share;
    }

    void willFlush() {
        publishersDirty = true;
    }

    /** One segment for all that was published in answer to one read. */
    void flushPublishers() {
        if (publishersDirty) {
            publishersDirty = false;
            publishers.forEach(Publisher::flush);
        }
    }
}
