package dev.fanfara.cli;

import dev.fanfara.protocol.CloseReason;
import dev.fanfara.protocol.Cursor;
import dev.fanfara.protocol.Position;
import dev.fanfara.protocol.Refusal;
import dev.fanfara.protocol.RoomName;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code fanfara tail}: prints what is published in rooms of a running gateway, one JSON object a line. It comes back by
 * itself, to whichever node answers, and goes on where it was.
 */
@Command(
        name = "tail",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Prints what is published in rooms, one JSON object a line, until it is stopped.",
            "A lost connection is made again, and nothing is printed twice; a gap is told on standard error."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  fanfara tail lobby log:events",
            "  fanfara tail log:events --history 100 --count 100 | jq .data",
            "  fanfara tail dash:shop --max-rate 2",
            "  fanfara tail log:events --since 3x9fQ0aTn2E:17"
        })
@SuppressWarnings("NullAway.Init") // picocli fills the options in.
public final class TailCommand implements Callable<Integer> {
    private static final Pattern SINCE =
            Pattern.compile("([A-Za-z0-9_-]{1," + Position.MAX_EPOCH_LENGTH + "}):([0-9]{1,15})");

    /** Of the gateway's heartbeats; two may be late. */
    private static final int MISSED_HEARTBEATS = 3;

    private static final long PATIENCE_MS = 90_000;
    private static final double GROWTH = 1.5;
    private static final long FIRST_WAIT_MS = 1_000;
    private static final long LONGEST_WAIT_MS = 30_000;

    @Spec
    private CommandSpec spec;

    @Mixin
    private final RemoteOptions gateway;

    @Parameters(arity = "1..*", paramLabel = "ROOM")
    private List<String> rooms = new ArrayList<>();

    @Option(names = "--history", paramLabel = "N", description = "Begin with the last N that each room remembers.")
    private @Nullable Integer history;

    @Option(
            names = "--since",
            paramLabel = "EPOCH:OFFSET",
            description = "Begin after this place (one room only), as publish tells it.")
    private @Nullable String since;

    @Option(names = "--max-rate", paramLabel = "N", description = "Of rooms with a state: at most N lines a second.")
    private @Nullable Integer maxRate;

    @Option(names = "--count", paramLabel = "N", description = "End after N lines.")
    private @Nullable Long count;

    @Option(names = "--all", description = "Who comes and goes too, and whatever else is told.")
    private boolean all;

    private long printed;
    private boolean done;
    private boolean heardAnything;
    private double wait = FIRST_WAIT_MS;

    public TailCommand() {
        this(new RemoteOptions());
    }

    TailCommand(RemoteOptions gateway) {
        this.gateway = gateway;
    }

    @Override
    public Integer call() {
        List<RoomName> names = names();
        Tailed tailed = new Tailed(names, all, this::print, gateway::say);
        if (since != null) {
            tailed.since(names.get(0), place(since));
        }
        String query = query(names);
        return gateway.run(() -> {
            while (!done) {
                followAndComeBack(query, tailed);
            }
        });
    }

    /** Who was never let in is not waited for: a wrong address should be told at once. */
    private void followAndComeBack(String query, Tailed tailed) throws CommandFailure, InterruptedException {
        try {
            follow(query, tailed);
        } catch (CommandFailure cut) {
            if (!cut.isPassing() || !heardAnything) {
                throw cut;
            }
            comeBack(String.valueOf(cut.getMessage()), cut.asksToWait());
        }
    }

    private List<RoomName> names() {
        if (count != null && count < 1) {
            throw gateway.usage("--count: expected at least 1");
        }
        if (since != null && rooms.size() > 1) {
            throw gateway.usage("--since: is a place in one room");
        }
        try {
            return rooms.stream().map(RoomName::new).distinct().toList();
        } catch (Refusal wrong) {
            throw gateway.usage(wrong.sentence());
        }
    }

    private Position place(String given) {
        Matcher form = SINCE.matcher(given);
        if (form.matches()) {
            Position place = new Position(form.group(1), Long.parseLong(form.group(2)));
            try {
                new Cursor.Writer(1).at(new RoomName(rooms.get(0)), place);
                return place;
            } catch (IllegalArgumentException noEpoch) {
                // Said below.
            }
        }
        throw gateway.usage("--since: expected EPOCH:OFFSET as publish tells them, was '" + given + "'");
    }

    private String query(List<RoomName> names) {
        StringBuilder query = new StringBuilder();
        names.forEach(
                room -> query.append(query.isEmpty() ? "" : "&").append("room=").append(Remote.encode(room.value())));
        if (history != null) {
            query.append("&history=").append(history);
        }
        if (maxRate != null) {
            query.append("&maxRate=").append(maxRate);
        }
        return query.toString();
    }

    /** One stream, from its beginning to its end. */
    private void follow(String query, Tailed tailed) throws CommandFailure, InterruptedException {
        Remote remote = gateway.remote();
        InputStream stream = remote.events(query, tailed.cursor());
        if (stream == null) {
            throw new CommandFailure("the gateway says that there is no more to hear", false, null);
        }
        try (EventReader events = new EventReader(stream, PATIENCE_MS)) {
            while (!done) {
                EventReader.Event event = events.next();
                if (event == null) {
                    throw new CommandFailure("the connection was lost", true, null);
                }
                heard(event, events, tailed);
            }
        } catch (IOException broken) {
            throw remote.unreachable(broken);
        } catch (DecodeException other) {
            throw new CommandFailure("what answers there is no Fanfara gateway", false, null);
        }
    }

    private void heard(EventReader.Event event, EventReader events, Tailed tailed) throws CommandFailure {
        if (Cursor.END.equals(event.id())) {
            // What it said last is more than that it is over.
            return;
        }
        switch (event.name()) {
            case "" -> {}
            case "welcome" -> {
                heardAnything = true;
                wait = FIRST_WAIT_MS;
                events.expectSomethingEvery(
                        MISSED_HEARTBEATS * new JsonObject(event.data()).getLong("heartbeat", PATIENCE_MS));
            }
            case "reconnect" ->
                throw new CommandFailure(
                        "the gateway ends the connection",
                        true,
                        Duration.ofMillis(new JsonObject(event.data()).getLong("after", FIRST_WAIT_MS)));
            case "fanfara-error" -> {
                JsonObject error = new JsonObject(event.data());
                int code = error.getInteger("code", 0);
                // A file may hold a fresh token by now; the same one again is a 401.
                boolean passing = code == CloseReason.TOKEN_EXPIRED.code();
                throw new CommandFailure(code + " " + error.getString("message"), passing, null);
            }
            default -> tailed.heard(event.name(), event.data());
        }
    }

    private void comeBack(String why, @Nullable Duration asked) throws InterruptedException {
        // Full jitter: all who were cut off together do not come back together.
        long millis = asked != null
                ? asked.toMillis()
                : ThreadLocalRandom.current().nextLong((long) Math.min(wait, LONGEST_WAIT_MS) + 1);
        wait = Math.min(wait * GROWTH, LONGEST_WAIT_MS);
        gateway.say(why + "; comes back in " + millis + " ms");
        Thread.sleep(millis);
    }

    /** Each line is out before the next is looked at. That nobody reads any more is the end, and no failure. */
    private void print(String line) {
        if (done) {
            return;
        }
        PrintWriter out = spec.commandLine().getOut();
        out.println(line);
        printed++;
        // picocli's writer does not know what became of System.out.
        done = out.checkError() || System.out.checkError() || (count != null && printed >= count);
    }
}
