package dev.fanfara.config;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A configuration that an operator gave to all nodes at once. It takes the place of a node's file as long as that is the
 * one it was to replace; flags and environment lie over it as over a file. Immutable.
 *
 * @param version counts up from 1 as long as the cluster lives
 * @param text the document; null sends all nodes back to their files
 * @param files hashes of the files the nodes had then: any other is newer, and wins
 */
public record AppliedConfig(long version, @Nullable String text, Set<String> files) {
    public static final int MAX_BYTES = 256 * 1024;

    public AppliedConfig {
        files = Set.copyOf(files);
    }

    /** Whether it counts on a node with this file. */
    boolean replaces(String fileHash) {
        return text != null && files.contains(fileHash);
    }

    /** Without the text, which may hold secrets. */
    @Override
    public String toString() {
        return "AppliedConfig[version=" + version + "]";
    }
}
