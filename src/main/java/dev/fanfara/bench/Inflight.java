package dev.fanfara.bench;

import java.util.Arrays;

/**
 * One loop's share of the messages a closed loop has outstanding: how many of its readers have yet to hear each. Told
 * when the last has, so that loops need to talk once per message and not once per delivery. Touched only by that loop.
 */
final class Inflight {
    static final Inflight NONE = new Inflight(0, new int[0], (slot, stream, sequence) -> {});

    /** Called on the loop that heard it last. */
    interface Heard {
        void byAllHere(int slot, int stream, long sequence);
    }

    private final int[] readersByRoom;
    private final Heard heard;
    private final int[] stream;
    private final long[] sequence;
    private final int[] remaining;

    Inflight(int slots, int[] readersByRoom, Heard heard) {
        this.readersByRoom = readersByRoom;
        this.heard = heard;
        this.stream = new int[slots];
        Arrays.fill(stream, -1);
        this.sequence = new long[slots];
        this.remaining = new int[slots];
    }

    void heard(int room, int ofStream, long ofSequence, int slot) {
        if (slot < 0 || slot >= remaining.length) {
            return;
        }
        if (stream[slot] != ofStream || sequence[slot] != ofSequence) {
            stream[slot] = ofStream;
            sequence[slot] = ofSequence;
            remaining[slot] = readersByRoom[room];
        }
        if (--remaining[slot] == 0) {
            heard.byAllHere(slot, ofStream, ofSequence);
        }
    }
}
