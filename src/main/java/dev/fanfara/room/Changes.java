package dev.fanfara.room;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which names of a state changed, to make one patch out of many. Merge patches do not compose: {@code {"a":5}} and then
 * {@code {"a":{}}} empties an object that was {@code a} before, but no patch can say so without the names that were in
 * it. So this collects the names, those that went unnamed included, and looks up what is there now. What comes of it
 * leads to the state of now from every state since the first of the collected patches. Not thread-safe: it lives on one
 * event loop.
 */
public final class Changes {
    private final Touched all = new Touched();
    private int size;

    /** A name in an object, by the touched names below it. */
    private static final class Touched {
        private Map<String, Touched> below = Map.of();

        /** @return how many names are new */
        int add(Tree patch) {
            int added = 0;
            for (Map.Entry<String, Object> member : patch.members().entrySet()) {
                Touched touched = below.get(member.getKey());
                if (touched == null) {
                    touched = new Touched();
                    if (below.isEmpty()) {
                        below = new LinkedHashMap<>(2); // most names are of leaves and need none
                    }
                    below.put(member.getKey(), touched);
                    added++;
                }
                if (member.getValue() instanceof Tree object) {
                    added += touched.add(object);
                }
            }
            return added;
        }

        Tree against(Tree state) {
            Tree patch = new Tree();
            below.forEach((name, touched) -> {
                Object now = state.members().get(name);
                if (now == null) {
                    patch.put(name, Tree.NULL);
                } else {
                    patch.put(name, now instanceof Tree object ? touched.against(object) : now);
                }
            });
            return patch;
        }
    }

    /** The names in a patch, and in what {@link Tree#merge} returned for it. */
    public void add(Tree patch) {
        size += all.add(patch);
    }

    /** The one patch, if {@code state} is what the patches led to. */
    public Tree against(Tree state) {
        return all.against(state);
    }

    /** How many names were touched, on all levels. */
    public int size() {
        return size;
    }

    public boolean isEmpty() {
        return size == 0;
    }

    public void clear() {
        all.below = Map.of();
        size = 0;
    }
}
