package dev.fanfara.bench;

import io.netty.buffer.ByteBuf;

/** A connection that listens, and checks what it hears. Touched only by its event loop. */
final class Member extends ClientSocket {
    private final Plan plan;
    final int index;
    private final int firstRoom;
    private final boolean paused;
    private final SequenceCheck check;
    private int lastOffset;
    private int lastStream = -1;
    private int lastSlot;

    Member(BenchLoop loop, Target target, boolean deflate, Plan plan, int index, String[] rooms, Owner owner) {
        super(loop, target, deflate, rooms, owner);
        this.plan = plan;
        this.index = index;
        this.firstRoom = plan.firstRoom(index);
        this.paused = plan.isPaused(index);
        this.check = new SequenceCheck(plan.slots());
    }

    @Override
    void onMessage(ByteBuf in, int index, int length) {
        int at = Stamp.find(in, index, length, lastOffset);
        if (at < 0) {
            notDelivery(in, index, length);
            return;
        }
        lastOffset = at - index;
        if (paused) {
            return;
        }
        Tally tally = loop.tally;
        int stream = Stamp.stream(in, at);
        if (stream != lastStream) {
            lastStream = stream;
            lastSlot = plan.slot(firstRoom, stream);
        }
        if (lastSlot < 0) {
            tally.astray++;
            return;
        }
        long sequence = Stamp.sequence(in, at);
        switch (check.accept(lastSlot, sequence)) {
            case IN_ORDER -> {}
            case AFTER_GAP -> tally.missing += check.skipped();
            case LATE -> {
                tally.missing--;
                tally.reordered++;
            }
            case DUPLICATE -> {
                tally.duplicated++;
                return;
            }
        }
        loop.delivered(plan.roomOfStream(stream), stream, sequence, Stamp.slot(in, at), Stamp.intendedNanos(in, at));
    }

    /** A reader that reads no more, as a stuck client would. */
    void pauseIfPlanned() {
        if (paused) {
            channel().config().setAutoRead(false);
        }
    }

    boolean isPaused() {
        return paused;
    }

    /** Of what was published in its rooms. */
    long lost(long[] publishedByStream) {
        long lost = 0;
        for (int slot = 0; slot < plan.slots(); slot++) {
            int stream = plan.streamOfSlot(firstRoom, slot);
            if (stream >= 0) {
                lost += check.lost(slot, publishedByStream[stream]);
            }
        }
        return lost;
    }

    /** Adds it to, or takes it from, the readers of its rooms. */
    void countAsReader(int change) {
        if (!paused) {
            for (int room : plan.roomsOfConnection(index)) {
                loop.readersByRoom[room] += change;
            }
        }
    }
}
