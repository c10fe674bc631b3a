package dev.fanfara.broadcast;

import dev.fanfara.protocol.Refusal;
import dev.fanfara.room.Entry;

/** Who wants something published in a room that remembers, and hears what became of it. Exactly one of these, once. */
interface Author {
    /** It is in the room's memory, on as many nodes as the cluster promises. */
    void taken(long epoch, Entry entry);

    /** It had been published before, at this offset. */
    void repeated(long epoch, long offset);

    void refused(Refusal refusal);
}
