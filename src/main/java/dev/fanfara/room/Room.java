package dev.fanfara.room;

import dev.fanfara.protocol.ConnectionId;
import dev.fanfara.protocol.PresentUser;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Who is in a room, as one node knows it: its own members for certain, those of other nodes by what these told. Every
 * node numbers its changes per room, so a lost one is noticed with the next. Not thread-safe: it lives on one event
 * loop. Sends nothing, reads no clock.
 */
public final class Room {
    private final Map<ConnectionId, Member> members = new HashMap<>();
    /** How many members each event loop of this node holds, so that a publication need not walk the members. */
    private final int[] membersPerLoop;
    /** How many of the members nobody learns of. */
    private int unseen;

    private final Map<String, RemoteRoster> remotes = new HashMap<>();
    private int remoteCount;

    private long version;
    private final Map<ConnectionId, String> untoldJoined = new LinkedHashMap<>();
    private final List<ConnectionId> untoldLeft = new ArrayList<>();
    private boolean untold;

    /**
     * @param loops how many event loops this node has
     * @param firstVersion higher than any version of an earlier room of this name on this node
     */
    public Room(int loops, long firstVersion) {
        membersPerLoop = new int[loops];
        version = firstVersion;
    }

    /** Connections in the whole cluster. */
    public int count() {
        return seenHere() + remoteCount;
    }

    /** Connections of this node, whoever they are. */
    public int localCount() {
        return members.size();
    }

    /** Connections of this node that others learn of. */
    public int seenHere() {
        return members.size() - unseen;
    }

    public boolean hasMembersOn(int loop) {
        return membersPerLoop[loop] > 0;
    }

    public void forEachMember(BiConsumer<ConnectionId, Member> action) {
        members.forEach(action);
    }

    /** This node's members that others learn of. */
    public Collection<Member> membersSeenHere() {
        return unseen == 0
                ? Collections.unmodifiableCollection(members.values())
                : members.values().stream().filter(member -> !member.unseen()).toList();
    }

    /** Null if nobody learns of it. */
    public @Nullable PresenceChange join(ConnectionId connection, Member member) {
        Member before = members.put(connection, member);
        if (before != null) {
            throw new IllegalStateException("connection is a member already");
        }
        membersPerLoop[member.loop()]++;
        if (member.unseen()) {
            unseen++;
            return null;
        }
        untoldJoined.put(connection, member.user());
        untold = true;
        return new PresenceChange(connection, member.user(), true, count());
    }

    public boolean isMember(ConnectionId connection) {
        return members.containsKey(connection);
    }

    /** Null if nobody learns of it. */
    public @Nullable PresenceChange leave(ConnectionId connection) {
        Member member = members.remove(connection);
        if (member == null) {
            return null;
        }
        membersPerLoop[member.loop()]--;
        if (member.unseen()) {
            unseen--;
            return null;
        }
        if (untoldJoined.remove(connection) == null) {
            untoldLeft.add(connection);
        }
        untold = true;
        return new PresenceChange(connection, member.user(), false, count());
    }

    /** Moves what other nodes do not know yet out of the room, under the next version. Null if they know all. */
    public @Nullable RosterChange takeUntold(boolean withUsers) {
        if (!untold) {
            return null;
        }
        version++;
        untold = false;
        RosterChange change = new RosterChange(
                version,
                seenHere(),
                withUsers ? Map.copyOf(untoldJoined) : Map.of(),
                withUsers ? List.copyOf(untoldLeft) : List.of());
        untoldJoined.clear();
        untoldLeft.clear();
        return change;
    }

    public long version() {
        return version;
    }

    /** This node's members by connection, for a node that asks. Call {@link #takeUntold} before. */
    public Map<ConnectionId, String> localUsers() {
        Map<ConnectionId, String> users = new HashMap<>();
        forEachSeen(users::put);
        return users;
    }

    /** Replaces all that is known of a node's members. */
    public List<PresenceChange> learn(String node, long newVersion, int count, Map<ConnectionId, String> users) {
        RemoteRoster known = remotes.computeIfAbsent(node, n -> new RemoteRoster());
        if (newVersion < known.version) {
            return List.of();
        }
        List<ConnectionId> gone = known.members.keySet().stream()
                .filter(connection -> !users.containsKey(connection))
                .toList();
        return apply(known, newVersion, count, users, gone);
    }

    /**
     * Applies one change of a node's members.
     *
     * @return null if changes before it are missing: the node must be asked for all
     */
    public @Nullable List<PresenceChange> learnChange(
            String node, long newVersion, int count, Map<ConnectionId, String> joined, List<ConnectionId> left) {
        RemoteRoster known = remotes.get(node);
        if (known == null || newVersion > known.version + 1) {
            return null;
        }
        if (newVersion <= known.version) {
            return List.of();
        }
        return apply(known, newVersion, count, joined, left);
    }

    private List<PresenceChange> apply(
            RemoteRoster known, long newVersion, int count, Map<ConnectionId, String> joined, List<ConnectionId> left) {
        List<PresenceChange> changes = new ArrayList<>();
        int running = count();
        for (ConnectionId connection : left) {
            String user = known.members.remove(connection);
            if (user != null) {
                running--;
                changes.add(new PresenceChange(connection, user, false, running));
            }
        }
        for (Map.Entry<ConnectionId, String> entry : joined.entrySet()) {
            if (known.members.put(entry.getKey(), entry.getValue()) == null) {
                running++;
                changes.add(new PresenceChange(entry.getKey(), entry.getValue(), true, running));
            }
        }
        remoteCount += count - known.count;
        known.count = count;
        known.version = newVersion;
        return changes;
    }

    /** Forgets who is on other nodes, but not how many: in rooms that only count, users are not told. */
    public void forgetUsers() {
        remotes.values().forEach(roster -> roster.members.clear());
    }

    /** All of this node's members are news to the others: they may have been told numbers only. */
    public void retell() {
        forEachSeen(untoldJoined::put);
        untold = true;
    }

    private void forEachSeen(BiConsumer<ConnectionId, String> action) {
        members.forEach((connection, member) -> {
            if (!member.unseen()) {
                action.accept(connection, member.user());
            }
        });
    }

    /** True if this version of a node's roster, or a later one, is known here. */
    public boolean knows(String node, long itsVersion) {
        RemoteRoster known = remotes.get(node);
        return known != null && known.version >= itsVersion;
    }

    /** The node is gone, and its members with it. */
    public List<PresenceChange> forget(String node) {
        RemoteRoster known = remotes.remove(node);
        if (known == null) {
            return List.of();
        }
        List<PresenceChange> changes = new ArrayList<>();
        int running = count();
        for (Map.Entry<ConnectionId, String> entry : known.members.entrySet()) {
            running--;
            changes.add(new PresenceChange(entry.getKey(), entry.getValue(), false, running));
        }
        remoteCount -= known.count;
        return changes;
    }

    /** Who is in the room, by user, in the order of their names: so many of them at most. */
    public List<PresentUser> presentUsers(int most) {
        Map<String, int[]> connections = new TreeMap<>();
        membersSeenHere().forEach(member -> connections.computeIfAbsent(member.user(), u -> new int[1])[0]++);
        remotes.values()
                .forEach(roster -> roster.members
                        .values()
                        .forEach(user -> connections.computeIfAbsent(user, u -> new int[1])[0]++));
        List<PresentUser> users = new ArrayList<>(Math.min(most, connections.size()));
        for (Map.Entry<String, int[]> entry : connections.entrySet()) {
            if (users.size() == most) {
                break;
            }
            users.add(new PresentUser(entry.getKey(), entry.getValue()[0]));
        }
        return users;
    }

    @Override
    public String toString() {
        return "Room[local " + members.size() + " " + Arrays.toString(membersPerLoop) + ", remote " + remoteCount + "]";
    }
}
