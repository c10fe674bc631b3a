package dev.fanfara.protocol;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * One JSON object a client sent, read in a single pass. Reading and understanding are two steps, so that a refusal of a
 * command that was read can still carry the command's {@code id}.
 *
 * <p>Members nobody knows are ignored; of a member that comes twice the last counts.
 */
public final class Command {
    private static final int MAX_KEY_LENGTH = 64;
    private static final int MAX_USER_LENGTH = 255;
    private static final int MAX_OFFSET_DIGITS = 16;
    private static final int MAX_COUNT_DIGITS = 9;
    public static final int MAX_HISTORY = 10_000;
    public static final int MAX_RATE = 1_000;
    private static final int MAX_LIMIT = 1_000;

    private @Nullable CommandId id;
    private @Nullable String type;
    private @Nullable String room;
    private @Nullable String user;
    private @Nullable String key;
    private @Nullable String to;
    private @Nullable String token;
    private boolean echo;
    private @Nullable Integer maxRate;
    private @Nullable Integer history;
    private @Nullable Integer limit;
    private @Nullable Position since;
    private @Nullable Payload text;
    private @Nullable Payload data;
    private @Nullable String mistake;
    private String namespace = RoomName.MAIN;

    private Command() {}

    /** @throws Refusal {@code invalid-json} if these bytes are no JSON, {@code bad-request} if they are no object */
    public static Command read(byte[] utf8) {
        Command command = new Command();
        try (JsonParser parser = PayloadReader.open(utf8)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                drain(parser);
                throw new Refusal(ErrorCode.BAD_REQUEST, "Expected a JSON object with a string 'type'");
            }
            command.readMembers(parser);
            if (parser.nextToken() != null) {
                throw new Refusal(ErrorCode.INVALID_JSON, "Invalid JSON");
            }
            return command;
        } catch (IOException malformed) {
            // Bytes that look like UTF-32 to the parser and are none are no JsonProcessingException.
            throw new Refusal(ErrorCode.INVALID_JSON, "Invalid JSON");
        }
    }

    /**
     * The members of an object the parser has entered, of a command that is told by something else than these.
     *
     * @param namespace of the room
     */
    public static Command read(String type, @Nullable CommandId id, String namespace, JsonParser parser)
            throws IOException {
        Command command = new Command();
        command.readMembers(parser);
        command.type = type;
        command.id = id;
        command.namespace = namespace;
        return command;
    }

    /** One that names a room and nothing else. */
    public static Command ofRoom(String type, @Nullable CommandId id, String namespace, String room) {
        Command command = new Command();
        command.type = type;
        command.id = id;
        command.namespace = namespace;
        command.room = room;
        return command;
    }

    /** Says {@code event} in a room. */
    public static Command ofEvent(@Nullable CommandId id, String namespace, String room, Payload event) {
        Command command = ofRoom("message", id, namespace, room);
        command.data = event;
        return command;
    }

    private void readMembers(JsonParser parser) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String member = parser.currentName();
            parser.nextToken();
            readMember(member, parser);
        }
    }

    /** Only text that is JSON to its end may be told "not an object"; anything else is "invalid JSON". */
    private static void drain(JsonParser parser) throws IOException {
        if (parser.currentToken() == null) {
            throw new Refusal(ErrorCode.INVALID_JSON, "Invalid JSON");
        }
        parser.skipChildren();
        while (parser.nextToken() != null) {
            parser.skipChildren();
        }
    }

    private void readMember(String member, JsonParser parser) throws IOException {
        switch (member) {
            case "id" -> id = commandId(parser);
            case "type" -> type = text(parser, member);
            case "room" -> room = text(parser, member);
            case "user" -> user = text(parser, member);
            case "key" -> key = text(parser, member);
            case "to" -> to = text(parser, member);
            case "token" -> token = text(parser, member);
            case "echo" -> echo = flag(parser, member);
            case "since" -> since = position(parser);
            case "maxRate" -> maxRate = count(parser, member, 0, MAX_RATE);
            case "history" -> history = count(parser, member, 0, MAX_HISTORY);
            case "limit" -> limit = count(parser, member, 1, MAX_LIMIT);
            case "text" -> text = textPayload(parser);
            case "data" -> data = new Payload(Payload.Kind.DATA, PayloadReader.copy(parser));
            default -> parser.skipChildren();
        }
    }

    public @Nullable CommandId id() {
        return id;
    }

    /** True for the commands whose messages other clients get. */
    public boolean isPublish() {
        return "message".equals(type) || "broadcast".equals(type) || "private-message".equals(type);
    }

    /** @throws Refusal {@code bad-request} or {@code unknown-type}, with a sentence that names the member at fault */
    public ClientMessage understand() {
        if (mistake != null) {
            throw new Refusal(ErrorCode.BAD_REQUEST, mistake);
        }
        if (type == null) {
            throw new Refusal(ErrorCode.BAD_REQUEST, "type: expected a string");
        }
        return switch (type) {
            case "join" -> join();
            case "leave" -> new ClientMessage.Leave(id, optionalRoom());
            case "message" -> new ClientMessage.Publish(id, optionalRoom(), payload(), key(), echo);
            case "broadcast" -> new ClientMessage.Broadcast(id, payload());
            case "private-message" -> new ClientMessage.PrivateMessage(id, required(to, "to"), payload());
            case "update" -> update();
            case "history" -> new ClientMessage.History(id, optionalRoom(), since, limit);
            case "presence" -> new ClientMessage.Presence(id, optionalRoom());
            case "auth" -> new ClientMessage.Authenticate(id, required(token, "token"));
            case "ping" -> new ClientMessage.Ping(id);
            default -> throw new Refusal(ErrorCode.UNKNOWN_TYPE, "type: unknown type '" + abbreviated(type) + "'");
        };
    }

    private ClientMessage join() {
        requireDisplayName(user);
        return new ClientMessage.Join(
                id, RoomName.in(namespace, required(room, "room")), since, history, maxRate, user);
    }

    /** @throws Refusal {@code bad-request} if this cannot be the {@code user} of a join */
    public static void requireDisplayName(@Nullable String user) {
        if (user != null
                && (user.isEmpty()
                        || user.length() > MAX_USER_LENGTH
                        || user.chars().anyMatch(Character::isISOControl))) {
            throw new Refusal(
                    ErrorCode.BAD_REQUEST,
                    "user: expected 1 to " + MAX_USER_LENGTH + " characters, no control characters");
        }
    }

    private ClientMessage update() {
        if (maxRate == null) {
            throw new Refusal(ErrorCode.BAD_REQUEST, wholeNumber("maxRate", 0, MAX_RATE));
        }
        return new ClientMessage.Update(id, optionalRoom(), maxRate);
    }

    private @Nullable RoomName optionalRoom() {
        return room == null ? null : RoomName.in(namespace, room);
    }

    private Payload payload() {
        if (text != null && data != null) {
            throw new Refusal(ErrorCode.BAD_REQUEST, "text, data: expected one of them, got both");
        }
        Payload payload = text != null ? text : data;
        if (payload == null) {
            throw new Refusal(ErrorCode.BAD_REQUEST, "text: expected a string (or 'data' with any JSON)");
        }
        return payload;
    }

    private @Nullable String key() {
        if (key != null && (key.isEmpty() || key.length() > MAX_KEY_LENGTH)) {
            throw new Refusal(ErrorCode.BAD_REQUEST, "key: expected 1 to " + MAX_KEY_LENGTH + " characters");
        }
        return key;
    }

    private static String required(@Nullable String value, String member) {
        if (value == null || value.isEmpty()) {
            throw new Refusal(ErrorCode.BAD_REQUEST, member + ": expected a string");
        }
        return value;
    }

    private static String abbreviated(String text) {
        return text.length() <= 40 ? text : text.substring(0, 40) + "…";
    }

    private @Nullable CommandId commandId(JsonParser parser) throws IOException {
        JsonToken token = parser.currentToken();
        if (token == JsonToken.VALUE_NULL) {
            return null;
        }
        String json = null;
        if (token == JsonToken.VALUE_STRING) {
            json = '"' + new String(JsonStringEncoder.getInstance().quoteAsString(parser.getText())) + '"';
        } else if (token.isNumeric()) {
            json = parser.getText();
        } else {
            parser.skipChildren();
        }
        if (json == null || json.length() > CommandId.MAX_LENGTH) {
            mistake = "id: expected a number or a string of at most " + CommandId.MAX_LENGTH + " characters";
            return null;
        }
        return new CommandId(json);
    }

    private @Nullable String text(JsonParser parser, String member) throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_STRING) {
            return parser.getText();
        }
        if (parser.currentToken() != JsonToken.VALUE_NULL) {
            mistake = member + ": expected a string";
            parser.skipChildren();
        }
        return null;
    }

    private boolean flag(JsonParser parser, String member) throws IOException {
        if (!parser.currentToken().isBoolean()) {
            mistake = member + ": expected true or false";
            parser.skipChildren();
            return false;
        }
        return parser.currentToken() == JsonToken.VALUE_TRUE;
    }

    private @Nullable Integer count(JsonParser parser, String member, int min, int max) throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return null;
        }
        if (parser.currentToken() == JsonToken.VALUE_NUMBER_INT && parser.getTextLength() <= MAX_COUNT_DIGITS) {
            int count = parser.getIntValue();
            if (count >= min && count <= max) {
                return count;
            }
        }
        mistake = wholeNumber(member, min, max);
        parser.skipChildren();
        return null;
    }

    /** What a number outside its range is told. */
    public static String wholeNumber(String member, int min, int max) {
        return member + ": expected a whole number from " + min + " to " + max;
    }

    private @Nullable Position position(JsonParser parser) throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return null;
        }
        String epoch = null;
        long offset = -1;
        if (parser.currentToken() == JsonToken.START_OBJECT) {
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String member = parser.currentName();
                JsonToken value = parser.nextToken();
                if (member.equals("epoch") && value == JsonToken.VALUE_STRING) {
                    epoch = parser.getText();
                } else if (member.equals("offset")
                        && value == JsonToken.VALUE_NUMBER_INT
                        && parser.getTextLength() <= MAX_OFFSET_DIGITS) {
                    offset = parser.getLongValue();
                } else {
                    parser.skipChildren();
                }
            }
        } else {
            parser.skipChildren();
        }
        if (epoch == null || epoch.length() > Position.MAX_EPOCH_LENGTH || offset < 0) {
            mistake = "since: expected {epoch: a string, offset: an integer from 0}";
            return null;
        }
        return new Position(epoch, offset);
    }

    private @Nullable Payload textPayload(JsonParser parser) throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            mistake = "text: expected a string (any other JSON goes into 'data')";
            parser.skipChildren();
            return null;
        }
        return new Payload(Payload.Kind.TEXT, PayloadReader.copy(parser));
    }
}
