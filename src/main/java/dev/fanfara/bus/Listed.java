package dev.fanfara.bus;

/** One line of a list over the cluster. */
public interface Listed {
    /** What lists are sorted by; the same thing has the same key on every node. */
    String key();

    /** About how many bytes it takes. */
    int weight();
}
