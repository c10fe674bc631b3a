package dev.fanfara.chaos;

import java.util.Locale;

/** One of the rooms of an experiment: half of them logs, a quarter states, a quarter plain. Immutable. */
record Room(int index, String name, Kind kind) {
    static final String RULES = """
            [{"match":"log:**","mode":"log","history":{"size":2000,"bytes":"4MiB","ttl":"1h"},"presence":"full"},
             {"match":"state:**","mode":"state","history":{"size":2000,"bytes":"4MiB","ttl":"1h"},"presence":"full"},
             {"match":"plain:**","mode":"plain","presence":"full"}]""";

    enum Kind {
        LOG,
        STATE,
        PLAIN
    }

    /** {@code scope} keeps the rooms of one experiment apart from those of the last. */
    static Room of(int index, String scope) {
        Kind kind = index % 4 < 2 ? Kind.LOG : index % 4 == 2 ? Kind.STATE : Kind.PLAIN;
        return new Room(index, kind.name().toLowerCase(Locale.ROOT) + ":" + scope + ":" + index, kind);
    }

    boolean hasPositions() {
        return kind != Kind.PLAIN;
    }

    boolean keepsState() {
        return kind == Kind.STATE;
    }
}
