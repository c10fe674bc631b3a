package dev.fanfara.testing;

import io.socket.client.Ack;
import io.socket.client.IO;
import io.socket.client.Socket;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.Map;
import java.util.function.Consumer;
import org.json.JSONArray;
import org.json.JSONException;
import org.json.JSONObject;
import org.json.JSONTokener;
import org.jspecify.annotations.Nullable;

/** The official Java client of Socket.IO, told what to do as the programs in other languages are. */
final class JavaSocketIo implements OfficialClient.Driver {
    private static final long RECONNECTION_DELAY_MS = 200;

    private final Consumer<JsonObject> happened;
    private @Nullable Socket socket;

    JavaSocketIo(Consumer<JsonObject> happened) {
        this.happened = happened;
    }

    @Override
    public void tell(JsonObject command) {
        if (command.containsKey("connect")) {
            socket = connect(command);
        } else if (command.containsKey("emit")) {
            emit(command);
        } else {
            close();
        }
    }

    private Socket connect(JsonObject command) {
        IO.Options options = new IO.Options();
        options.forceNew = true;
        options.reconnectionDelay = RECONNECTION_DELAY_MS;
        JsonArray transports = command.getJsonArray("transports");
        if (transports != null) {
            options.transports = transports.stream().map(String.class::cast).toArray(String[]::new);
        }
        JsonObject auth = command.getJsonObject("auth");
        if (auth != null) {
            options.auth = Map.of("token", auth.getString("token"));
        }
        Socket opened = IO.socket(URI.create(command.getString("connect")), options);
        opened.on(Socket.EVENT_CONNECT, none -> happened.accept(new JsonObject().put("connected", opened.id())));
        opened.on(Socket.EVENT_CONNECT_ERROR, why -> happened.accept(new JsonObject().put("refused", reason(why[0]))));
        opened.on(Socket.EVENT_DISCONNECT, why -> happened.accept(new JsonObject().put("disconnected", why[0])));
        opened.onAnyIncoming(event -> happened.accept(event(json(event))));
        return opened.connect();
    }

    private static String reason(Object error) {
        return error instanceof JSONObject refusal ? refusal.optString("message") : String.valueOf(error);
    }

    private static JsonObject event(JsonArray nameAndArguments) {
        String name = String.valueOf(nameAndArguments.remove(0));
        return new JsonObject().put("event", name).put("args", nameAndArguments);
    }

    private void emit(JsonObject command) {
        if (socket == null) {
            throw new IllegalStateException("not connected");
        }
        Object[] arguments =
                command.getJsonArray("args").stream().map(JavaSocketIo::foreign).toArray();
        Integer number = command.getInteger("ack");
        if (number == null) {
            socket.emit(command.getString("emit"), arguments);
        } else {
            Ack ack = answer ->
                    happened.accept(new JsonObject().put("ack", number).put("args", json(answer)));
            socket.emit(command.getString("emit"), arguments, ack);
        }
    }

    /** From our JSON to the client's. */
    private static Object foreign(Object value) {
        try {
            return value instanceof JsonObject object ? new JSONTokener(object.encode()).nextValue() : value;
        } catch (JSONException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static JsonArray json(Object[] values) {
        JSONArray foreign = new JSONArray();
        for (Object value : values) {
            foreign.put(value);
        }
        return new JsonArray(foreign.toString());
    }

    @Override
    public void close() {
        if (socket != null) {
            socket.close();
        }
    }
}
