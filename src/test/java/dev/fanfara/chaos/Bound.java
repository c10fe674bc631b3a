package dev.fanfara.chaos;

/** A figure beside what it is to reach. Immutable. */
record Bound(String figure, String reached, String wanted, boolean holds) {
    static Bound atMost(String figure, long value, long most) {
        return new Bound(
                figure, value == Figures.NEVER ? "never" : Long.toString(value), "at most " + most, value <= most);
    }

    @Override
    public String toString() {
        return "%-4s %s: %s (%s)".formatted(holds ? "ok" : "NOT", figure, reached, wanted);
    }
}
