package dev.fanfara.settings;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** What became of the last configurations of this node. Any thread. */
public final class Reloads {
    private static final int KEPT = 20;
    /** Of a file that is wrong all over. */
    private static final int LONGEST = 2_000;

    /**
     * What became of one configuration. Immutable.
     *
     * @param at in milliseconds since 1970
     * @param source where it came from, as a person calls it
     * @param hash of the one in force from then on
     * @param sentence what an operator should know of it
     */
    public record Reload(long at, String source, boolean taken, String hash, String sentence) {}

    private final Deque<Reload> latest = new ArrayDeque<>();

    public synchronized void taken(String source, String hash, String sentence) {
        add(new Reload(System.currentTimeMillis(), source, true, hash, cut(sentence)));
    }

    /** After one that was refused, the source is again what is in force. */
    public synchronized void restored(String source, String hash) {
        add(new Reload(System.currentTimeMillis(), source, true, hash, "again what is in force"));
    }

    public synchronized void refused(String source, String hash, String sentence) {
        add(new Reload(System.currentTimeMillis(), source, false, hash, cut(sentence)));
    }

    private void add(Reload reload) {
        latest.addFirst(reload);
        if (latest.size() > KEPT) {
            latest.removeLast();
        }
    }

    private static String cut(String sentence) {
        return sentence.length() <= LONGEST ? sentence : sentence.substring(0, LONGEST) + "…";
    }

    /** The newest first. */
    public synchronized List<Reload> latest() {
        return List.copyOf(latest);
    }
}
