package dev.fanfara.chaos;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Does to members of different rooms, between their sockets and their journals, what a gateway must not: whether the
 * checker notices is what it is for. Touched only by the crowd's event loop.
 */
final class Cheat implements Seam {
    /** What each member is told before it is cheated. */
    private static final int HONEST_AT_FIRST = 5;

    private static final String OFFSET = "offset";

    private final Load load;
    private final Map<Member, Integer> heard = new HashMap<>();
    private final Map<Member, JsonObject> kept = new HashMap<>();
    private final Set<Breach> done = EnumSet.noneOf(Breach.class);

    Cheat(Load load) {
        this.load = load;
    }

    /** What it had occasion to do so far. */
    Set<Breach> done() {
        return EnumSet.copyOf(done);
    }

    @Override
    public List<JsonObject> pass(Member member, JsonObject message) {
        boolean isFirst = member.index() % load.membersPerRoom() == 0;
        boolean isPublisher = member.index() % load.membersPerRoom() == load.membersPerRoom() - 1;
        int room = member.room().index();
        return switch (message.getString("type")) {
            case "message" -> isFirst ? toldWrong(member, room, message) : List.of(message);
            case "ack" -> isPublisher && room == 8 ? List.of(acknowledgeInVain(message)) : List.of(message);
            case "presence" -> room == 9 ? List.of(addGhost(message)) : List.of(message);
            default -> List.of(message);
        };
    }

    /** Rooms 0, 1, 4, 5 and 8 are logs. */
    private List<JsonObject> toldWrong(Member member, int room, JsonObject message) {
        int number = heard.merge(member, 1, Integer::sum);
        if (number < HONEST_AT_FIRST || number > HONEST_AT_FIRST + 1) {
            kept.putIfAbsent(member, message);
            return List.of(message);
        }
        boolean isNow = number == HONEST_AT_FIRST;
        switch (room) {
            case 0:
                return isNow ? did(Breach.SILENT_GAP) : List.of(message);
            case 1:
                return isNow ? did(Breach.DUPLICATE, message, message) : List.of(message);
            case 4:
                JsonObject before = Objects.requireNonNull(kept.put(member, message));
                return isNow ? List.of() : did(Breach.REORDERED, message, before);
            case 5:
                JsonObject other =
                        Objects.requireNonNull(kept.get(member)).copy().put(OFFSET, message.getLong(OFFSET));
                return isNow ? did(Breach.SAME_POSITION_TWICE, other) : List.of(message);
            case 8:
                JsonObject elsewhere = message.copy().put("room", "log:of-others");
                return isNow ? did(Breach.LEAK, elsewhere, message) : List.of(message);
            default:
                return List.of(message);
        }
    }

    private List<JsonObject> did(Breach breach, JsonObject... instead) {
        done.add(breach);
        return List.of(instead);
    }

    /** A position the room will not reach. */
    private JsonObject acknowledgeInVain(JsonObject ack) {
        return done.add(Breach.ACKED_THEN_LOST) ? ack.copy().put(OFFSET, ack.getLong(OFFSET) + 1_000_000) : ack;
    }

    private JsonObject addGhost(JsonObject presence) {
        done.add(Breach.GHOST);
        JsonArray members = presence.getJsonArray("members").copy();
        return presence.copy()
                .put(
                        "members",
                        members.add(new JsonObject().put("user", "anon-gone").put("connections", 1)));
    }
}
