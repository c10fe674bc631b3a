package dev.fanfara.testing;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A client of Socket.IO that others wrote, unmodified. */
public final class OfficialClient implements AutoCloseable {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

    /** Whose client it is. */
    public enum Maker {
        JAVASCRIPT,
        JAVA,
        PYTHON
    }

    /** Which transports it was allowed. */
    public enum Way {
        WEBSOCKET_ONLY(new JsonArray().add("websocket")),
        POLLING_ONLY(new JsonArray().add("polling")),
        /** All, as by default: polling, and then the upgrade. */
        UPGRADE(null);

        private final @Nullable JsonArray transports;

        Way(@Nullable JsonArray transports) {
            this.transports = transports;
        }
    }

    /** Commands in, what happened out, both in JSON: see {@code src/main/web/test/wire/socketio-client.mjs}. */
    interface Driver extends AutoCloseable {
        void tell(JsonObject command);

        @Override
        void close();
    }

    private final Driver driver;
    /** What happened and was not asked for yet. Guarded by itself. */
    private final List<JsonObject> happened = new ArrayList<>();

    private int acks;

    private OfficialClient(Maker maker) {
        driver = switch (maker) {
            case JAVASCRIPT ->
                new Program(this::happens, Path.of("src", "main", "web"), "node", "test/wire/socketio-client.mjs");
            // The system's python3: packages of Debian are in no other.
            case PYTHON ->
                new Program(this::happens, Path.of(""), "/usr/bin/python3", "src/test/python/socketio_client.py");
            case JAVA -> new JavaSocketIo(this::happens);
        };
    }

    /** Does not wait. */
    public static OfficialClient open(Maker maker, Way way, String url, @Nullable String token) {
        OfficialClient client = new OfficialClient(maker);
        JsonObject command = new JsonObject().put("connect", url);
        if (way.transports != null) {
            command.put("transports", way.transports);
        }
        if (token != null) {
            command.put("auth", new JsonObject().put("token", token));
        }
        client.driver.tell(command);
        return client;
    }

    /** Returns when the server has let it in. */
    public static OfficialClient connect(Maker maker, Way way, String url, @Nullable String token) {
        OfficialClient client = open(maker, way, url, token);
        client.connected();
        return client;
    }

    /** The id the server gives it, now or next. */
    public String connected() {
        return await("connected", any -> true).getString("connected");
    }

    /** The same, and whether it goes on where it was. */
    public boolean recovered(String id) {
        JsonObject again = await("connected", any -> true);
        return again.getBoolean("recovered") && again.getString("connected").equals(id);
    }

    public void disconnected() {
        await("disconnected", any -> true);
    }

    /** What the server says to one it does not let in. */
    public String refused() {
        return await("refused", any -> true).getString("refused");
    }

    public void emits(String event, Object... arguments) {
        driver.tell(command(event, arguments));
    }

    /** Emits and returns the ack's first argument. */
    public JsonObject asks(String event, Object... arguments) {
        int number = ++acks;
        driver.tell(command(event, arguments).put("ack", number));
        JsonArray answer =
                await("ack", each -> each.getInteger("ack") == number).getJsonArray("args");
        return answer.isEmpty() ? new JsonObject() : answer.getJsonObject(0);
    }

    private static JsonObject command(String event, Object... arguments) {
        return new JsonObject().put("emit", event).put("args", new JsonArray(List.of(arguments)));
    }

    /** The first argument of the next event of this name. */
    public JsonObject hears(String event) {
        return await("event", each -> each.getString("event").equals(event))
                .getJsonArray("args")
                .getJsonObject(0);
    }

    private void happens(JsonObject one) {
        synchronized (happened) {
            happened.add(one);
            happened.notifyAll();
        }
    }

    private JsonObject await(String what, Predicate<JsonObject> wanted) {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        synchronized (happened) {
            while (true) {
                for (Iterator<JsonObject> each = happened.iterator(); each.hasNext(); ) {
                    JsonObject one = each.next();
                    if (one.containsKey(what) && wanted.test(one)) {
                        each.remove();
                        return one;
                    }
                }
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    throw new AssertionError("no such '" + what + "' among " + happened);
                }
                try {
                    TimeUnit.NANOSECONDS.timedWait(happened, left);
                } catch (InterruptedException interrupted) {
                    throw new AssertionError(interrupted);
                }
            }
        }
    }

    @Override
    public void close() {
        driver.close();
    }

    /** A program that reads a command per line, and says in the same way what happened. */
    private static final class Program implements Driver {
        private final Process process;
        private final Writer commands;

        Program(Consumer<JsonObject> happened, Path directory, String... command) {
            try {
                process = new ProcessBuilder(command)
                        .directory(directory.toAbsolutePath().toFile())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
            commands = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
            Thread reader = new Thread(() -> read(happened), "socketio-client");
            reader.setDaemon(true);
            reader.start();
        }

        private void read(Consumer<JsonObject> happened) {
            try (BufferedReader lines =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                lines.lines().map(JsonObject::new).forEach(happened);
            } catch (IOException | UncheckedIOException ended) {
                happened.accept(new JsonObject().put("ended", ended.getMessage()));
            }
        }

        @Override
        public void tell(JsonObject command) {
            try {
                commands.write(command.encode() + "\n");
                commands.flush();
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }
}
