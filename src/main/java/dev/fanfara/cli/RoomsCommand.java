package dev.fanfara.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fanfara rooms}: which rooms of the cluster have members. */
@Command(
        name = "rooms",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Lists the rooms of the cluster that have members, by name.",
            "The scope admin sees all, anybody else those it may join."
        },
        footerHeading = "%nExamples:%n",
        footer = {"  fanfara rooms dash:", "  fanfara rooms --json | jq -r 'select(.members > 100) | .room'"})
@SuppressWarnings("NullAway.Init") // picocli fills the options in.
public final class RoomsCommand implements Callable<Integer> {
    /** As many as a page can have. */
    private static final String PAGE = "/api/rooms?limit=1000";

    @Spec
    private CommandSpec spec;

    @Mixin
    private final RemoteOptions gateway;

    @Parameters(arity = "0..1", paramLabel = "PREFIX", description = "Only rooms whose names begin so.")
    private String prefix = "";

    @Option(names = "--json", description = "Print one JSON object a line.")
    private boolean json;

    public RoomsCommand() {
        this(new RemoteOptions());
    }

    RoomsCommand(RemoteOptions gateway) {
        this.gateway = gateway;
    }

    @Override
    public Integer call() {
        return gateway.run(this::list);
    }

    private void list() throws CommandFailure, InterruptedException {
        Remote remote = gateway.remote();
        if (!json) {
            Print.line(spec, row("MEMBERS", "MODE", "OFFSET", "ROOM"));
        }
        String cursor = null;
        do {
            JsonObject page = remote.get(cursor == null ? PAGE : PAGE + "&cursor=" + Remote.encode(cursor));
            print(page.getJsonArray("rooms", new JsonArray()));
            cursor = page.getString("next");
            if (cursor == null) {
                sayMissing(page.getJsonArray("missing", new JsonArray()));
            }
        } while (cursor != null);
    }

    private void print(JsonArray rooms) {
        for (int i = 0; i < rooms.size(); i++) {
            JsonObject room = rooms.getJsonObject(i);
            if (room.getString("room").startsWith(prefix)) {
                Print.line(spec, json ? room.encode() : row(room));
            }
        }
    }

    private static String row(JsonObject room) {
        return row(room.getLong("members"), room.getString("mode"), room.getLong("offset"), room.getString("room"));
    }

    private static String row(Object members, String mode, @Nullable Object offset, String room) {
        return String.format(Locale.ROOT, "%8s  %-5s  %10s  %s", members, mode, offset == null ? "-" : offset, room);
    }

    private void sayMissing(JsonArray nodes) {
        if (!nodes.isEmpty()) {
            gateway.say("incomplete: no answer from " + nodes.encode());
        }
    }
}
