package dev.fanfara.room;

import dev.fanfara.protocol.Payload;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** What one node publishes in one room, in tests: batch after batch, with ever higher numbers. */
public final class Batches {
    public static final Keeping LOG = new Keeping(false, 100, 60_000, 1 << 20, 0);
    public static final Keeping STATE = new Keeping(true, 100, 60_000, 1 << 20, 1_000);

    private final String source;
    private Keeping keeping;
    private Head confirmed = Head.UNKNOWN;
    private long number;
    private long freshEpoch = 77;

    public Batches(String source, Keeping keeping) {
        this.source = source;
        this.keeping = keeping;
    }

    public Batches keeping(Keeping now) {
        keeping = now;
        return this;
    }

    public Batches freshEpoch(long epoch) {
        freshEpoch = epoch;
        return this;
    }

    /** All of this answer is acknowledged. */
    public Batches confirm(Appended answer) {
        confirmed = answer.head();
        return this;
    }

    public Batch of(Proposal... proposals) {
        return new Batch(source, ++number, freshEpoch, confirmed, keeping, List.of(proposals));
    }

    public Batch texts(String... texts) {
        return of(Arrays.stream(texts)
                .map(text -> new Proposal("ann", text(text), null))
                .toArray(Proposal[]::new));
    }

    public Batch patches(String... patches) {
        return of(Arrays.stream(patches)
                .map(patch -> new Proposal("ann", data(patch), null))
                .toArray(Proposal[]::new));
    }

    public static Proposal keyed(String key, String text) {
        return new Proposal("ann", text(text), key);
    }

    public static Payload text(String text) {
        return new Payload(Payload.Kind.TEXT, ('"' + text + '"').getBytes(StandardCharsets.UTF_8));
    }

    public static Payload data(String json) {
        return new Payload(Payload.Kind.DATA, json.getBytes(StandardCharsets.UTF_8));
    }

    public static String said(Entry entry) {
        return said(entry.payload());
    }

    public static String said(Payload payload) {
        return new String(payload.json(), StandardCharsets.UTF_8).replace("\"", "");
    }

    public static List<String> said(List<Entry> entries) {
        return entries.stream().map(Batches::said).toList();
    }
}
