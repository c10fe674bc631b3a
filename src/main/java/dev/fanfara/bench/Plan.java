package dev.fanfara.bench;

/**
 * Who connects to what, and what follows from it. Immutable.
 *
 * <p>A stream is what one publisher says in one room: the unit whose order can be checked. Stream {@code s} belongs to
 * room {@code s % rooms} and publisher {@code s % publishers}, so there are as many as the larger of the two.
 *
 * @param paused how many of the connections stop reading once they have joined
 */
public record Plan(int connections, int rooms, int roomsPerConnection, int publishers, int paused) {
    private static final int ROOMS_PER_PUBLISHER = 100;
    private static final int FEW_PUBLISHERS = 16;

    public Plan {
        require(connections >= 1, "--connections: expected at least 1, was " + connections);
        require(rooms >= 1, "--rooms: expected at least 1, was " + rooms);
        require(
                roomsPerConnection >= 1 && roomsPerConnection <= rooms,
                "--rooms-per-connection: expected 1 to the number of rooms, " + rooms + ", was " + roomsPerConnection);
        require(publishers >= 0, "--publishers: expected at least 1, was " + publishers);
        require(
                paused >= 0 && paused <= connections,
                "--paused: expected 0 to the number of connections, " + connections + ", was " + paused);
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    /** One for each room up to 16, and more where one would have to join over 100 rooms. */
    public static int enoughPublishers(int rooms) {
        return Math.max(Math.min(rooms, FEW_PUBLISHERS), (rooms + ROOMS_PER_PUBLISHER - 1) / ROOMS_PER_PUBLISHER);
    }

    int streams() {
        return Math.max(rooms, publishers);
    }

    int roomOfStream(int stream) {
        return stream % rooms;
    }

    int publisherOfStream(int stream) {
        return stream % publishers;
    }

    /** The rooms a publisher must join to be allowed to speak there. */
    int[] roomsOfPublisher(int publisher) {
        if (publishers >= rooms) {
            return new int[] {publisher % rooms};
        }
        int[] joined = new int[(rooms - publisher + publishers - 1) / publishers];
        for (int i = 0; i < joined.length; i++) {
            joined[i] = publisher + i * publishers;
        }
        return joined;
    }

    /** The rooms are dealt like cards: each connection goes on where the one before it stopped. */
    int firstRoom(int connection) {
        return (int) ((long) connection * roomsPerConnection % rooms);
    }

    int[] roomsOfConnection(int connection) {
        int[] joined = new int[roomsPerConnection];
        for (int i = 0; i < joined.length; i++) {
            joined[i] = (firstRoom(connection) + i) % rooms;
        }
        return joined;
    }

    /** How many streams a connection hears. */
    int slots() {
        return roomsPerConnection * streamsPerRoom();
    }

    private int streamsPerRoom() {
        return (streams() + rooms - 1) / rooms;
    }

    /** Which of a connection's streams this is; -1 if it should not hear it at all. */
    int slot(int firstRoom, int stream) {
        if (stream < 0 || stream >= streams()) {
            return -1;
        }
        int nth = Math.floorMod(roomOfStream(stream) - firstRoom, rooms);
        return nth < roomsPerConnection ? nth * streamsPerRoom() + stream / rooms : -1;
    }

    /** The stream of a slot, or -1 for a slot that no stream uses. */
    int streamOfSlot(int firstRoom, int slot) {
        int room = (firstRoom + slot / streamsPerRoom()) % rooms;
        int stream = room + slot % streamsPerRoom() * rooms;
        return stream < streams() ? stream : -1;
    }

    /** Spread over all connections, and so over the rooms. */
    boolean isPaused(int connection) {
        return (connection + 1L) * paused / connections != (long) connection * paused / connections;
    }
}
