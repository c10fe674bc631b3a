package dev.fanfara.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.chaos.Event.Acked;
import dev.fanfara.chaos.Event.Delivered;
import dev.fanfara.chaos.Event.Joined;
import dev.fanfara.chaos.Event.Position;
import dev.fanfara.chaos.Event.Said;
import dev.fanfara.chaos.Event.Way;
import dev.fanfara.chaos.Journal.Entry;
import dev.fanfara.chaos.Journal.Memory;
import dev.fanfara.chaos.Journal.Presence;
import dev.fanfara.chaos.Journal.Standing;
import dev.fanfara.chaos.Publication.Seen;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A checker is trusted when it was seen to find each fault under its own name, and none where there is none. */
class CheckerTest {
    private static final String EPOCH = "e1";
    private static final int PER_ROOM = 30;
    private static final int MEMBERS = 2;
    /** A log. */
    private static final int ROOM = 1;
    /** Of that log. */
    private static final int MEMBER = MEMBERS * ROOM;

    private final List<Room> rooms = List.of(Room.of(0, "t"), Room.of(1, "t"), Room.of(2, "t"), Room.of(3, "t"));
    private final List<Publication> publications = new ArrayList<>();
    private final List<Event> events = new ArrayList<>();
    private final List<Memory> memories = new ArrayList<>();
    private final List<Standing> standings = new ArrayList<>();
    private final List<Presence> presences = new ArrayList<>();
    private long now;

    /** Two members in each room hear what two authors say, and all is well. */
    CheckerTest() {
        Random random = new Random(1);
        Map<Integer, JsonObject> states = new HashMap<>();
        Map<Integer, List<Entry>> histories = new HashMap<>();
        for (int member = 0; member < MEMBERS * rooms.size(); member++) {
            Room room = rooms.get(member / MEMBERS);
            Position begin = room.hasPositions() ? new Position(EPOCH, 0) : null;
            events.add(new Joined(++now, member, 0, null, begin, true, false, room.keepsState()));
        }
        for (int number = 1; number <= PER_ROOM; number++) {
            for (Room room : rooms) {
                int author = number % 2;
                Publication said =
                        Publication.of(publications.size(), room, author, (number + 1) / 2, 300, random, ++now);
                publications.add(said);
                events.add(new Said(++now, said.id(), author));
                Seen seen = new Seen(said.id(), said.hash());
                for (int i = 0; i < MEMBERS; i++) {
                    events.add(delivered(MEMBERS * room.index() + i, room, number, seen, Way.LIVE));
                }
                events.add(new Acked(
                        ++now, said.id(), room.hasPositions() ? EPOCH : null, room.hasPositions() ? number : 0, 1));
                histories
                        .computeIfAbsent(room.index(), first -> new ArrayList<>())
                        .add(new Entry(number, seen));
                states.computeIfAbsent(room.index(), first -> new JsonObject()).mergeIn(new JsonObject(said.json()));
            }
        }
        for (Room room : rooms) {
            JsonObject state = room.keepsState() ? states.get(room.index()) : null;
            Position head = new Position(EPOCH, PER_ROOM);
            Set<String> users = new HashSet<>();
            for (int i = 0; i < MEMBERS; i++) {
                int member = MEMBERS * room.index() + i;
                users.add("u" + member);
                standings.add(
                        new Standing(member, room.index(), "u" + member, room.hasPositions() ? head : null, state));
            }
            for (int node = 0; node < Nodes.SIZE; node++) {
                presences.add(new Presence(node, room.index(), users));
                if (room.hasPositions()) {
                    memories.add(new Memory(
                            node, room.index(), head, histories.getOrDefault(room.index(), List.of()), state));
                }
            }
        }
    }

    private Delivered delivered(int member, Room room, long offset, Seen seen, Way way) {
        return room.hasPositions()
                ? new Delivered(++now, member, room.index(), EPOCH, offset, offset - 1, seen, way)
                : new Delivered(++now, member, room.index(), null, 0, -1, seen, way);
    }

    private Verdict verdict() {
        Journal journal = new Journal(rooms, MEMBERS);
        publications.forEach(journal::write);
        events.forEach(journal::write);
        memories.forEach(journal::write);
        standings.forEach(journal::write);
        presences.forEach(journal::write);
        return Checker.judge(journal);
    }

    /** Where in the journal this member is told this offset. */
    private int told(int member, long offset) {
        for (int i = 0; i < events.size(); i++) {
            if (events.get(i) instanceof Delivered told && told.member() == member && told.offset() == offset) {
                return i;
            }
        }
        throw new AssertionError("nobody was told");
    }

    private Delivered at(int index) {
        return (Delivered) events.get(index);
    }

    private static Delivered of(Delivered told, int room, Seen seen) {
        return new Delivered(
                told.at(), told.member(), room, told.epoch(), told.offset(), told.previous(), seen, told.way());
    }

    @Test
    void nothingIsWrongWhereAllIsWell() {
        assertThat(verdict().counts()).isEmpty();
    }

    @Test
    void seesWhatWasDropped() {
        events.remove(told(MEMBER, 7));

        assertThat(verdict().counts()).containsOnlyKeys(Breach.SILENT_GAP, Breach.NOT_DELIVERED);
    }

    @Test
    void seesTheLastOneDropped() {
        events.remove(told(MEMBER, PER_ROOM));
        standings.replaceAll(standing -> standing.member() == MEMBER
                ? new Standing(MEMBER, ROOM, standing.user(), new Position(EPOCH, PER_ROOM - 1), null)
                : standing);

        assertThat(verdict().counts()).containsOnlyKeys(Breach.LEFT_BEHIND, Breach.NOT_DELIVERED);
    }

    @Test
    void seesADuplicate() {
        int index = told(MEMBER, 7);
        events.add(index, at(index));

        assertThat(verdict().counts()).containsOnlyKeys(Breach.DUPLICATE);
    }

    @Test
    void seesADuplicateUnderAnotherOffset() {
        int index = told(MEMBER, 8);
        events.set(index, of(at(index), ROOM, at(told(MEMBER, 7)).seen()));

        assertThat(verdict().counts()).containsKeys(Breach.DUPLICATE, Breach.SAME_POSITION_TWICE);
    }

    @Test
    void seesADuplicateInAPlainRoom() {
        int index = told(3 * MEMBERS, 0);
        events.add(index, at(index));

        assertThat(verdict().counts()).containsOnlyKeys(Breach.DUPLICATE);
    }

    @Test
    void seesTwoThatChangedPlaces() {
        int earlier = told(MEMBER, 7);
        int later = told(MEMBER, 8);
        Delivered first = at(earlier);
        events.set(earlier, at(later));
        events.set(later, first);

        assertThat(verdict().counts()).containsOnlyKeys(Breach.SILENT_GAP, Breach.REORDERED);
    }

    @Test
    void seesAPublisherOutOfOrder() {
        // Consistently, wherever one looks.
        List<Integer> mine = new ArrayList<>();
        publications.forEach(said -> {
            if (said.room() == ROOM && said.author() == Publication.IN_ORDER) {
                mine.add(said.id());
            }
        });
        exchange(mine.get(3), mine.get(4));

        assertThat(verdict().counts()).containsOnlyKeys(Breach.REORDERED);
    }

    /** Each takes the other's place with everybody. */
    private void exchange(int one, int other) {
        Seen first = seen(one);
        Seen second = seen(other);
        events.replaceAll(event -> event instanceof Delivered told
                        && told.seen().equals(first)
                ? of(told, ROOM, second)
                : event instanceof Delivered told && told.seen().equals(second) ? of(told, ROOM, first) : event);
        long firstOffset = offset(one);
        long secondOffset = offset(other);
        events.replaceAll(event -> event instanceof Acked acked && acked.message() == one
                ? new Acked(acked.at(), one, EPOCH, secondOffset, 1)
                : event instanceof Acked acked && acked.message() == other
                        ? new Acked(acked.at(), other, EPOCH, firstOffset, 1)
                        : event);
        memories.replaceAll(memory -> memory.room() != ROOM
                ? memory
                : new Memory(
                        memory.node(),
                        ROOM,
                        memory.head(),
                        memory.entries().stream()
                                .map(entry -> entry.seen().equals(first)
                                        ? new Entry(entry.offset(), second)
                                        : entry.seen().equals(second) ? new Entry(entry.offset(), first) : entry)
                                .toList(),
                        null));
    }

    private Seen seen(int id) {
        return new Seen(id, publications.get(id).hash());
    }

    private long offset(int id) {
        return events.stream()
                .filter(event -> event instanceof Acked acked && acked.message() == id)
                .mapToLong(event -> ((Acked) event).offset())
                .findFirst()
                .orElseThrow();
    }

    @Test
    void seesAnOffsetUsedTwice() {
        int index = told(MEMBER, 7);
        events.set(index, of(at(index), ROOM, at(told(MEMBER, 3)).seen()));

        assertThat(verdict().counts()).containsKeys(Breach.SAME_POSITION_TWICE);
    }

    @Test
    void seesTwoAcksOfOnePlace() {
        int id = at(told(MEMBER, 7)).seen().id();
        int other = at(told(MEMBER, 9)).seen().id();
        events.add(new Acked(++now, other, EPOCH, offset(id), 2));

        assertThat(verdict().counts()).containsKeys(Breach.SAME_POSITION_TWICE);
    }

    @Test
    void seesAnAlteredPayload() {
        int index = told(MEMBER, 7);
        int id = at(index).seen().id();
        events.set(index, of(at(index), ROOM, new Seen(id, 4711)));

        assertThat(verdict().counts()).containsKeys(Breach.ALTERED);
    }

    @Test
    void seesALeakToAnotherRoom() {
        int index = told(MEMBER, 7);
        events.add(index, of(at(index), 0, at(told(0, 7)).seen()));

        assertThat(verdict().counts()).containsOnlyKeys(Breach.LEAK);
    }

    @Test
    void seesALeakUnderTheNameOfTheRightRoom() {
        int index = told(MEMBER, 7);
        events.set(index, of(at(index), ROOM, at(told(0, 7)).seen()));

        assertThat(verdict().counts()).containsKeys(Breach.LEAK);
    }

    @Test
    void seesWhatWasAcknowledgedAndLost() {
        int id = at(told(MEMBER, PER_ROOM)).seen().id();
        events.removeIf(event -> event instanceof Delivered told && told.seen().id() == id);
        forget(EPOCH, id, PER_ROOM - 1);

        assertThat(verdict().counts()).containsOnlyKeys(Breach.ACKED_THEN_LOST, Breach.NOT_DELIVERED);
    }

    @Test
    void seesWhatWasLostWithItsEpochUnderThatName() {
        int id = at(told(MEMBER, PER_ROOM)).seen().id();
        events.removeIf(event -> event instanceof Delivered told && told.seen().id() == id);
        forget("e2", id, PER_ROOM - 1);
        for (int i = 0; i < MEMBERS; i++) {
            events.add(new Joined(++now, MEMBER + i, 0, null, new Position("e2", PER_ROOM - 1), false, false, false));
        }

        assertThat(verdict().counts()).containsOnlyKeys(Breach.ACKED_THEN_LOST_WITH_NEW_EPOCH);
    }

    /** All nodes and members of the room, and what they hold is under this epoch. */
    private void forget(String epoch, int id, long offset) {
        Position head = new Position(epoch, offset);
        memories.replaceAll(memory -> memory.room() != ROOM
                ? memory
                : new Memory(
                        memory.node(),
                        ROOM,
                        head,
                        memory.entries().stream()
                                .filter(entry -> entry.seen().id() != id)
                                .toList(),
                        null));
        standings.replaceAll(standing -> standing.room() != ROOM
                ? standing
                : new Standing(standing.member(), ROOM, standing.user(), head, null));
    }

    @Test
    void aNewEpochAloneIsNoFault() {
        forget("e2", -1, PER_ROOM);
        for (int i = 0; i < MEMBERS; i++) {
            events.add(new Joined(++now, MEMBER + i, 0, null, new Position("e2", PER_ROOM), false, false, false));
        }

        assertThat(verdict().counts()).isEmpty();
    }

    @Test
    void seesARecoveryThatPromisedMoreThanItGave() {
        recover(9, 8);

        assertThat(verdict().counts()).containsOnlyKeys(Breach.SILENT_GAP, Breach.NOT_DELIVERED);
    }

    @Test
    void aWholeRecoveryIsNoFault() {
        recover(9, 9);

        assertThat(verdict().counts()).isEmpty();
    }

    /** The member was away from 7 to 9, and is given these up to {@code last}. */
    private void recover(long promised, long last) {
        List<Delivered> missed = new ArrayList<>();
        for (long offset = 7; offset <= 9; offset++) {
            missed.add((Delivered) events.remove(told(MEMBER, offset)));
        }
        int index = told(MEMBER, 10);
        events.add(
                index++,
                new Joined(++now, MEMBER, 0, new Position(EPOCH, 6), new Position(EPOCH, promised), true, true, false));
        for (Delivered each : missed) {
            if (each.offset() <= last) {
                events.add(index++, delivered(MEMBER, rooms.get(ROOM), each.offset(), each.seen(), Way.RECOVERED));
            }
        }
    }

    /** It was away, and told under which epoch and from where on it hears again. */
    @Test
    void whatAnotherEpochAnnouncesAsMissedIsNoFault() {
        forget("e2", -1, 3);
        List<Entry> anew = new ArrayList<>();
        for (long offset = 1; offset <= 3; offset++) {
            Publication said = publications.get(publications.size() - 4 * (int) offset + ROOM);
            anew.add(new Entry(offset, new Seen(said.id(), said.hash())));
            events.add(new Acked(++now, said.id(), "e2", offset, 1));
        }
        memories.replaceAll(
                memory -> memory.room() != ROOM ? memory : new Memory(memory.node(), ROOM, memory.head(), anew, null));
        events.removeIf(event -> event instanceof Delivered told
                && told.member() == MEMBER
                && anew.stream().anyMatch(entry -> entry.seen().equals(told.seen())));
        for (int i = 0; i < MEMBERS; i++) {
            Position missed = new Position(EPOCH, PER_ROOM - 3);
            events.add(new Joined(++now, MEMBER + i, 0, missed, new Position("e2", 3), true, false, false));
        }

        assertThat(verdict().counts()).isEmpty();
    }

    @Test
    void seesAGhost() {
        presence(0, "u0", "u1", "anon-gone");

        assertThat(verdict().counts()).containsOnlyKeys(Breach.GHOST);
    }

    @Test
    void seesWhoIsNotListed() {
        presence(0, "u0");

        assertThat(verdict().counts()).containsOnlyKeys(Breach.UNLISTED);
    }

    private void presence(int index, String... users) {
        Presence before = presences.get(index);
        presences.set(index, new Presence(before.node(), before.room(), Set.of(users)));
    }

    @Test
    void seesAStateThatDiffersOnANode() {
        memories.replaceAll(memory -> memory.state() == null || memory.node() != 2
                ? memory
                : new Memory(2, memory.room(), memory.head(), memory.entries(), new JsonObject().put("other", 1)));

        assertThat(verdict().counts()).containsOnlyKeys(Breach.STATE_DIFFERS);
    }

    @Test
    void seesAStateThatDiffersWithAMember() {
        @Nullable JsonObject other = new JsonObject().put("other", 1);
        standings.replaceAll(standing -> standing.state() == null || standing.member() % MEMBERS == 0
                ? standing
                : new Standing(standing.member(), standing.room(), standing.user(), standing.position(), other));

        assertThat(verdict().counts()).containsOnlyKeys(Breach.STATE_DIFFERS);
    }

    @Test
    void seesNodesThatDisagree() {
        memories.replaceAll(memory -> memory.room() != ROOM || memory.node() != 2
                ? memory
                : new Memory(2, ROOM, new Position("e2", 3), List.of(), null));

        assertThat(verdict().counts()).containsKeys(Breach.NODES_DISAGREE);
    }
}
