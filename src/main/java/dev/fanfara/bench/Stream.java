package dev.fanfara.bench;

/** What one publisher says in one room. Touched only by the loop that paces it. */
final class Stream {
    final int id;
    final int room;
    final Publisher publisher;
    private final byte[] head;
    private long next;

    Stream(int id, int room, Publisher publisher, byte[] head) {
        this.id = id;
        this.room = room;
        this.publisher = publisher;
        this.head = head;
    }

    /** Returns the sequence number it got. */
    long publish(int slot, long intendedNanos) {
        long sequence = next++;
        publisher.publish(head, id, sequence, slot, intendedNanos);
        return sequence;
    }

    long published() {
        return next;
    }
}
