package dev.fanfara.chaos;

/**
 * How much goes on. Immutable.
 *
 * @param rate publications per second, of all publishers together
 */
record Load(int rooms, int membersPerRoom, int rate, int payloadBytes) {
    /** RELIABILITY.md, section 2. */
    static final Load FULL = new Load(60, 10, 300, 300);

    /** What fits into every build. */
    static final Load SMALL = new Load(12, 5, 60, 300);

    /** In each room one member and two backends publish. */
    static final int PUBLISHERS_PER_ROOM = 3;

    long msBetweenPublications() {
        return 1000L * rooms * PUBLISHERS_PER_ROOM / rate;
    }

    int members() {
        return rooms * membersPerRoom;
    }
}
