package dev.fanfara.transport.socketio;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.fanfara.protocol.Command;
import dev.fanfara.protocol.CommandId;
import dev.fanfara.protocol.ErrorCode;
import dev.fanfara.protocol.Payload;
import dev.fanfara.protocol.PayloadReader;
import dev.fanfara.protocol.Refusal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the events of a client ask for: those of the gateway are commands, all others are said in a room as they are. */
final class EventReader {
    private static final int MAX_NAME_LENGTH = 128;

    /** Of Socket.IO itself: a client whose library lets them pass is broken. */
    private static final Set<String> RESERVED =
            Set.of("connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener");

    /** What only the gateway says, so that nobody can say it in its name. */
    private static final Set<String> OF_THE_GATEWAY = Set.of(
            "welcome",
            "authenticated",
            "joined",
            "left",
            "user-joined",
            "user-left",
            "patch",
            "broadcast",
            "presence",
            "history",
            "updated",
            "degraded",
            "restored",
            "ack",
            "pong",
            "reconnect",
            "error",
            "fanfara-error");

    /** What the gateway adds to an event; a client's own would be taken for it. */
    private static final Set<String> ADDED = Set.of("userId", "timestamp");

    private EventReader() {}

    /**
     * @param args a JSON array
     * @throws IOException if it is none, or does not begin with the name of an event
     * @throws Refusal if the event says nothing the gateway could do
     */
    static Command read(String namespace, @Nullable CommandId id, byte[] args) throws IOException {
        try (JsonParser parser = PayloadReader.open(args)) {
            parser.nextToken();
            if (parser.nextToken() != JsonToken.VALUE_STRING || RESERVED.contains(parser.getText())) {
                throw new IOException("not the name of an event");
            }
            String name = parser.getText();
            JsonToken first = parser.nextToken();
            Command command = null;
            Refusal refusal = null;
            try {
                command = command(name, first, namespace, id, parser);
            } catch (Refusal badRequest) {
                refusal = badRequest;
            }
            boolean anyMore = skipToEnd(parser);
            if (refusal != null) {
                throw refusal;
            }
            if (command == null || anyMore) {
                throw new Refusal(ErrorCode.BAD_REQUEST, "Expected one argument, besides the function for the ack");
            }
            return command;
        }
    }

    /** Null if there is no argument. */
    private static @Nullable Command command(
            String name, @Nullable JsonToken first, String namespace, @Nullable CommandId id, JsonParser parser)
            throws IOException {
        if (first == JsonToken.END_ARRAY) {
            return null;
        }
        return switch (name) {
            case "join-room" -> ofRoom("join", first, namespace, id, parser);
            case "leave-room" -> ofRoom("leave", first, namespace, id, parser);
            case "message", "private-message" -> ofObject(name, first, namespace, id, parser);
            default -> relayed(name, first, namespace, id, parser);
        };
    }

    private static Command ofRoom(
            String type, @Nullable JsonToken first, String namespace, @Nullable CommandId id, JsonParser parser)
            throws IOException {
        return first == JsonToken.VALUE_STRING
                ? Command.ofRoom(type, id, namespace, parser.getText())
                : ofObject(type, first, namespace, id, parser);
    }

    private static Command ofObject(
            String type, @Nullable JsonToken first, String namespace, @Nullable CommandId id, JsonParser parser)
            throws IOException {
        if (first != JsonToken.START_OBJECT) {
            throw new Refusal(ErrorCode.BAD_REQUEST, "Expected an object");
        }
        return Command.read(type, id, namespace, parser);
    }

    private static Command relayed(
            String name, @Nullable JsonToken first, String namespace, @Nullable CommandId id, JsonParser parser)
            throws IOException {
        if (OF_THE_GATEWAY.contains(name) || name.isEmpty() || name.length() > MAX_NAME_LENGTH) {
            throw new Refusal(
                    ErrorCode.BAD_REQUEST,
                    "An event of another name is expected: 1 to " + MAX_NAME_LENGTH
                            + " characters, none of the gateway's own");
        }
        if (first != JsonToken.START_OBJECT) {
            throw new Refusal(ErrorCode.BAD_REQUEST, "Expected an object with the room this is to be said in");
        }
        byte[] object = PayloadReader.copy(parser, ADDED);
        byte[] quoted = ('"' + new String(JsonStringEncoder.getInstance().quoteAsString(name)) + '"')
                .getBytes(StandardCharsets.UTF_8);
        return Command.ofEvent(id, namespace, room(object), Payload.event(quoted, object));
    }

    /** The {@code room} of an object; of several the last counts, as it will for those who get it. */
    private static String room(byte[] object) throws IOException {
        String room = null;
        try (JsonParser parser = PayloadReader.open(object)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                boolean isRoom = parser.currentName().equals("room");
                JsonToken value = parser.nextToken();
                if (isRoom) {
                    room = value == JsonToken.VALUE_STRING ? parser.getText() : null;
                }
                parser.skipChildren();
            }
        }
        if (room == null) {
            throw new Refusal(ErrorCode.BAD_REQUEST, "room: expected a string");
        }
        return room;
    }

    /** Whether there was another element; fails unless all of it is JSON. */
    private static boolean skipToEnd(JsonParser parser) throws IOException {
        boolean anyMore = false;
        JsonToken token = parser.currentToken();
        if (token != JsonToken.END_ARRAY || !parser.getParsingContext().inRoot()) {
            while (true) {
                token = parser.nextToken();
                if (token == null) {
                    throw new IOException("not an array");
                }
                if (token == JsonToken.END_ARRAY && parser.getParsingContext().inRoot()) {
                    break;
                }
                anyMore |= parser.getParsingContext().inArray()
                        && parser.getParsingContext().getParent().inRoot();
            }
        }
        if (parser.nextToken() != null) {
            throw new IOException("something follows the array");
        }
        return anyMore;
    }
}
