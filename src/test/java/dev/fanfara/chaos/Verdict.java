package dev.fanfara.chaos;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** How often each promise was broken, and the first few times told. */
final class Verdict {
    private static final int TOLD = 5;

    private final Map<Breach, Integer> counts = new EnumMap<>(Breach.class);
    private final Map<Breach, List<String>> told = new EnumMap<>(Breach.class);

    void add(Breach breach, String sentence) {
        counts.merge(breach, 1, Integer::sum);
        List<String> sentences = told.computeIfAbsent(breach, first -> new ArrayList<>());
        if (sentences.size() < TOLD) {
            sentences.add(sentence);
        }
    }

    int count(Breach breach) {
        return counts.getOrDefault(breach, 0);
    }

    Map<Breach, Integer> counts() {
        return Map.copyOf(counts);
    }

    List<String> sentences() {
        List<String> all = new ArrayList<>();
        told.forEach((breach, sentences) -> sentences.forEach(sentence -> all.add(breach + ": " + sentence)));
        return all;
    }

    @Override
    public String toString() {
        return counts + "\n" + String.join("\n", sentences());
    }
}
