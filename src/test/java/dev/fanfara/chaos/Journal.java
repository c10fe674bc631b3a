package dev.fanfara.chaos;

import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** All that happened in one experiment, in order, and at the end what nodes and members hold. Any thread. */
final class Journal {
    private final List<Room> rooms;
    private final int membersPerRoom;
    private final List<Event> events = new ArrayList<>();
    /** By their ids. */
    private final List<Publication> publications = new ArrayList<>();

    private final List<Memory> memories = new ArrayList<>();
    private final List<Standing> standings = new ArrayList<>();
    private final List<Presence> presences = new ArrayList<>();

    /** What one node tells of a room; {@code entries} may lack what is older. Immutable. */
    record Memory(
            int node,
            int room,
            Event.Position head,
            List<Entry> entries,
            @Nullable JsonObject state) {}

    record Entry(long offset, Publication.Seen seen) {}

    /** Where a live member ended; {@code position} is null in a plain room. */
    record Standing(
            int member,
            int room,
            String user,
            Event.@Nullable Position position,
            @Nullable JsonObject state) {}

    /** Who is in a room, as a node says. */
    record Presence(int node, int room, Set<String> users) {}

    Journal(List<Room> rooms, int membersPerRoom) {
        this.rooms = List.copyOf(rooms);
        this.membersPerRoom = membersPerRoom;
    }

    /** The room this member watches. */
    Room roomOf(int member) {
        return rooms.get(member / membersPerRoom);
    }

    Room room(int index) {
        return rooms.get(index);
    }

    List<Room> rooms() {
        return rooms;
    }

    synchronized void write(Event event) {
        events.add(event);
    }

    /** The id is the next. */
    synchronized void write(Publication publication) {
        publications.add(publication);
    }

    synchronized int nextId() {
        return publications.size();
    }

    synchronized void write(Memory memory) {
        memories.add(memory);
    }

    synchronized void write(Standing standing) {
        standings.add(standing);
    }

    synchronized void write(Presence presence) {
        presences.add(presence);
    }

    synchronized List<Event> events() {
        return List.copyOf(events);
    }

    synchronized List<Publication> publications() {
        return List.copyOf(publications);
    }

    synchronized List<Memory> memories() {
        return List.copyOf(memories);
    }

    synchronized List<Standing> standings() {
        return List.copyOf(standings);
    }

    synchronized List<Presence> presences() {
        return List.copyOf(presences);
    }
}
