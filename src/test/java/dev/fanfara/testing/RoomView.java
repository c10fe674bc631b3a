package dev.fanfara.testing;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a client that follows the contract knows of a room with positions, and what it can hold against the gateway: it
 * hears what was said and what came, in order, over one connection after the other, and complains of every hole,
 * repetition and contradiction. After a complaint it goes on from where the gateway says it is. Not thread-safe.
 */
public final class RoomView {
    private final String room;
    private final boolean keepsState;
    private final Consumer<String> complaints;
    private final Witness witness;

    private @Nullable String epoch;
    private long offset;
    private JsonObject state = new JsonObject();
    /** Epochs that ended for this client. */
    private final Set<String> ended = new HashSet<>();

    private boolean member;
    private boolean paused;
    /** Was, and has asked to be served again: the gateway may not have heard it yet. */
    private boolean resuming;
    /** It asked for a rate, or reads slowly: its acks may come after a merged patch that has more in it. */
    private boolean conflated;
    /** As of when the last {@code joined} told everything. */
    private long told;
    /** By id, commands without an answer. */
    private final Map<String, JsonObject> asked = new HashMap<>();
    /** Publications without an id, which are acknowledged in order. */
    private final Deque<JsonObject> unnamed = new ArrayDeque<>();

    /** Refusals of such, in this room or another: they do not say. */
    private int unnamedRefused;
    /** The last of its own in this epoch, on this connection. */
    private long acknowledged;

    /** Hears what there is in the room, as far as this client can tell. */
    public interface Witness {
        Witness NONE = new Witness() {};

        /** A {@code message} or an unmerged {@code patch} that came. */
        default void publication(String epoch, long offset, JsonObject payload) {}

        /** What a state room was then. Not to be changed, nor kept. */
        default void state(String epoch, long offset, JsonObject state) {}

        /** Of a publication of this client. */
        default void acked(JsonObject publication, JsonObject ack) {}
    }

    public RoomView(String room, boolean keepsState, Consumer<String> complaints, Witness witness) {
        this.room = room;
        this.keepsState = keepsState;
        this.complaints = complaints;
        this.witness = witness;
    }

    /** Fails the test at the first complaint. */
    public static RoomView strict(String room, boolean keepsState) {
        return new RoomView(
                room,
                keepsState,
                complaint -> {
                    throw new AssertionError(room + ": " + complaint);
                },
                Witness.NONE);
    }

    public @Nullable String epoch() {
        return epoch;
    }

    public long offset() {
        return offset;
    }

    public JsonObject state() {
        return state;
    }

    public boolean isMember() {
        return member;
    }

    public boolean isPaused() {
        return paused;
    }

    /** The commands that have no answer yet. */
    public int unanswered() {
        return asked.size() + Math.max(0, unnamed.size() - unnamedRefused);
    }

    /** A command for this room leaves. */
    public void says(JsonObject command) {
        if (command.containsKey("id")) {
            asked.put(idOf(command), command);
        } else if ("message".equals(command.getString("type"))) {
            unnamed.add(command);
        }
        if ("update".equals(command.getString("type"))) {
            conflated = true;
            if (command.getInteger("maxRate") > 0) {
                resuming |= paused;
                paused = false;
            }
        }
    }

    /** The connection is gone, and with it what was not answered. */
    public void loseConnection() {
        member = false;
        paused = false;
        resuming = false;
        conflated = false;
        asked.clear();
        unnamed.clear();
        unnamedRefused = 0;
        acknowledged = 0;
    }

    /** Anything that names this room, and errors that answer its commands. */
    public void hears(JsonObject message) {
        JsonObject command = message.containsKey("id") ? asked.remove(idOf(message)) : null;
        switch (message.getString("type")) {
            case "joined" -> joined(command, message);
            case "left" -> member = false;
            case "message" -> publication(message);
            case "patch" -> patch(message);
            case "ack" -> ack(command, message);
            case "updated" -> {
                paused = message.getInteger("maxRate") == 0;
                resuming = false;
            }
            case "degraded" -> conflated = true;
            case "error" -> unnamedRefused += message.containsKey("id") ? 0 : 1;
            default -> {
                // Presence, history and the like move nobody.
            }
        }
    }

    /** Numbers are read back as another type than they were written. */
    private static String idOf(JsonObject message) {
        return message.getValue("id").toString();
    }

    // Where the room is

    private void joined(@Nullable JsonObject join, JsonObject joined) {
        String newEpoch = joined.getString("epoch");
        Long newOffset = joined.getLong("offset");
        if (newEpoch == null || newOffset == null || newEpoch.isEmpty() || newEpoch.length() > 32) {
            complain("no position", joined);
            return;
        }
        if (ended.contains(newEpoch)) {
            complain("an epoch that ended came back", joined);
        }
        if (join == null) {
            joinedAgain(newEpoch, newOffset, joined);
        } else {
            member = true;
            Integer maxRate = join.getInteger("maxRate");
            paused = maxRate != null && maxRate == 0;
            resuming = false;
            conflated = maxRate != null;
            answered(join, newEpoch, newOffset, joined);
        }
        if (!newEpoch.equals(epoch)) {
            if (epoch != null) {
                ended.add(epoch);
            }
            epoch = newEpoch;
            acknowledged = 0;
        }
        offset = newOffset;
        told = newOffset;
        if (keepsState) {
            witness.state(newEpoch, offset, state);
        }
    }

    private void answered(JsonObject join, String newEpoch, long newOffset, JsonObject joined) {
        JsonObject since = join.getJsonObject("since");
        Boolean recovered = joined.getBoolean("recovered");
        if ((since == null) != (recovered == null)) {
            complain("'recovered' is for those who come back", joined);
        }
        if (since != null && Boolean.TRUE.equals(recovered)) {
            recovered(since, newEpoch, newOffset, joined);
            return;
        }
        JsonArray messages = joined.getJsonArray("messages");
        if (since != null && messages != null && !messages.isEmpty()) {
            complain("a part of what was missed, under recovered:false", joined);
        }
        if (since == null && join.containsKey("history")) {
            history(messages, newEpoch, newOffset, join.getInteger("history"), joined);
        } else if (since == null && messages != null) {
            complain("messages nobody asked for", joined);
        }
        takeState(joined);
    }

    private void recovered(JsonObject since, String newEpoch, long newOffset, JsonObject joined) {
        long from = since.getLong("offset");
        if (!newEpoch.equals(since.getString("epoch")) || newOffset < from) {
            complain("recovered:true from a place that is not in this epoch's past", joined);
        }
        if (from == 0) {
            state = new JsonObject();
        }
        if (keepsState && joined.containsKey("state")) {
            takeState(joined);
            return;
        }
        long at = from;
        for (Object each : orEmpty(joined.getJsonArray("messages"))) {
            JsonObject message = (JsonObject) each;
            at = keepsState ? patched(at, newEpoch, message) : told(at, newEpoch, message);
        }
        if (at != newOffset) {
            complain("recovered:true, but " + at + " is as far as it goes from " + from, joined);
        }
    }

    /** The last of them, up to now. */
    private void history(@Nullable JsonArray messages, String newEpoch, long newOffset, int most, JsonObject joined) {
        JsonArray history = orEmpty(messages);
        if (history.size() > most) {
            complain("more history than asked for", joined);
        }
        long at = newOffset - history.size();
        for (Object each : history) {
            at = told(at, newEpoch, (JsonObject) each);
        }
    }

    private void joinedAgain(String newEpoch, long newOffset, JsonObject joined) {
        if (!member) {
            complain("joined without having asked", joined);
        }
        boolean goesOn = newEpoch.equals(epoch);
        if (goesOn && !keepsState) {
            complain("joined again under the same epoch", joined);
        }
        if (goesOn && newOffset < offset) {
            complain("joined again at an earlier place than " + offset, joined);
        }
        if (!goesOn && !Boolean.FALSE.equals(joined.getBoolean("recovered"))) {
            complain("a new epoch without recovered:false", joined);
        }
        if (!keepsState) {
            if (joined.getJsonArray("messages") == null) {
                complain("a new epoch without messages", joined);
            }
            history(joined.getJsonArray("messages"), newEpoch, newOffset, Integer.MAX_VALUE, joined);
        }
        takeState(joined);
    }

    private void takeState(JsonObject joined) {
        JsonObject told = joined.getJsonObject("state");
        if (keepsState != (told != null)) {
            complain(keepsState ? "no state" : "a state", joined);
        }
        if (told != null) {
            state = told.copy();
        }
    }

    // What happens there

    private void publication(JsonObject message) {
        expectMember(message);
        String here = epoch;
        if (here != null) {
            offset = told(offset, here, message);
        }
    }

    /** Returns the new place. */
    private long told(long at, String in, JsonObject message) {
        Long next = message.getLong("offset");
        if (next == null || next != at + 1) {
            complain((next != null && next <= at ? "came again" : "a hole") + " after " + at, message);
        }
        if (next == null) {
            return at;
        }
        if (!room.equals(message.getString("room"))) {
            complain("of another room", message);
        }
        witness.publication(in, next, payload(message));
        return Math.max(at, next);
    }

    private static JsonObject payload(JsonObject message) {
        return new JsonObject()
                .put("user", message.getValue("user"))
                .put("text", message.getValue("text"))
                .put("data", message.getValue("data"));
    }

    private void patch(JsonObject patch) {
        expectMember(patch);
        if (paused) {
            complain("served though paused", patch);
        }
        String here = epoch;
        if (here != null) {
            offset = patched(offset, here, patch);
        }
    }

    private long patched(long at, String in, JsonObject patch) {
        Long previous = patch.getLong("previous");
        Long next = patch.getLong("offset");
        if (previous == null || next == null || previous >= next || previous > at || next <= at) {
            complain((next != null && next <= at ? "came again" : "a hole") + " after " + at, patch);
        }
        if (next == null) {
            return at;
        }
        if (!room.equals(patch.getString("room"))) {
            complain("of another room", patch);
        }
        MergePatch.merge(state, patch.getJsonObject("data"));
        witness.state(in, next, state);
        return Math.max(at, next);
    }

    private void expectMember(JsonObject message) {
        if (!member) {
            complain("came to one who is not a member", message);
        }
    }

    // What became of one's own

    private void ack(@Nullable JsonObject command, JsonObject ack) {
        JsonObject publication = command != null ? command : unnamedRefused > 0 ? null : unnamed.poll();
        if (command == null && unnamedRefused > 0) {
            unnamed.poll();
        }
        String in = ack.getString("epoch");
        Long at = ack.getLong("offset");
        if (in == null || at == null) {
            complain("an ack without a position", ack);
            return;
        }
        if (publication != null) {
            witness.acked(publication, ack);
        }
        if (!in.equals(epoch)) {
            if (member && !ended.contains(in)) {
                complain("an ack from an epoch nobody told of", ack);
            }
            return;
        }
        if (ack.getBoolean("duplicate", false)) {
            if (member && at > offset && !paused && !conflated) {
                complain("acknowledged as a repetition before it came, at " + offset, ack);
            }
            return;
        }
        own(publication, ack, in, at);
    }

    private void own(@Nullable JsonObject publication, JsonObject ack, String in, long at) {
        if (at <= acknowledged && member) {
            complain("acknowledged after " + acknowledged, ack);
        }
        acknowledged = at;
        if (!member || paused || resuming || at <= told || (conflated && at <= offset)) {
            return;
        }
        boolean echo = publication != null && publication.getBoolean("echo", false);
        if (at == offset + 1) {
            if (echo) {
                return; // it comes
            }
            offset = at;
            if (keepsState && publication != null) {
                MergePatch.merge(state, publication.getJsonObject("data").copy());
                witness.state(in, at, state);
            }
        } else if (at > offset) {
            complain("acknowledged before what came earlier, at " + offset, ack);
        } else if (at < offset) {
            if (!echo) {
                complain("acknowledged after what came later, at " + offset, ack);
            }
        } else if (!echo && publication != null) {
            complain("heard itself", ack);
        }
    }

    private static JsonArray orEmpty(@Nullable JsonArray array) {
        return array == null ? new JsonArray(List.of()) : array;
    }

    private void complain(String sentence, JsonObject message) {
        String text = message.encode();
        complaints.accept(sentence + ": " + (text.length() > 1000 ? text.substring(0, 1000) + "…" : text));
    }
}
