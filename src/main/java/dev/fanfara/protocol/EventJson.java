package dev.fanfara.protocol;

import java.nio.charset.StandardCharsets;

/**
 * Server messages in the shape users of Socket.IO know: the arguments of an event or of an ack, as one JSON array. An
 * event is named after the message's type; its one argument has the message's members, and {@code userId} where somebody
 * said or did it.
 */
public final class EventJson {
    private EventJson() {}

    /** {@code ["name",{…}]}. */
    public static byte[] event(ServerMessage message) {
        return openEvent(message).endObject().endArray().toBytes();
    }

    /** The same, up to the end of the object, which may have more members. */
    public static JsonWriter openEvent(ServerMessage message) {
        JsonWriter json = begin(message);
        if (message instanceof ServerMessage.Message said && said.payload().kind() == Payload.Kind.EVENT) {
            relayed(json, said);
        } else {
            json.element(('"' + message.type() + '"').getBytes(StandardCharsets.US_ASCII))
                    .beginObject();
            if (message instanceof ServerMessage.Message said) {
                json.memberIfPresent("userId", said.user());
            } else if (message instanceof ServerMessage.MemberChange change) {
                json.member("userId", change.user());
            }
            message.writeMembers(json);
        }
        return json;
    }

    /** What one client said in words of its own, the others hear in the same words. */
    private static void relayed(JsonWriter json, ServerMessage.Message said) {
        json.element(said.payload().eventName())
                .beginObject(said.payload().eventData())
                .memberIfPresent("userId", said.user())
                .member("timestamp", Timestamps.iso(said.timestamp()));
    }

    /** {@code [{…}]}, the answer to a command. */
    public static byte[] ack(ServerMessage message) {
        return openAck(message).endObject().endArray().toBytes();
    }

    /** The same, up to the end of the object, which may have more members. */
    public static JsonWriter openAck(ServerMessage message) {
        JsonWriter json = begin(message).beginObject();
        if (message instanceof ServerMessage.Error error) {
            json.beginObject("error");
            error.writeMembers(json);
            return json.endObject();
        }
        if (message instanceof ServerMessage.Ack ack) {
            // Who asked knows the room, and needs no code to tell this answer from others.
            new ServerMessage.Ack(null, null, ack.position(), ack.duplicate(), ack.delivered()).writeMembers(json);
        } else {
            message.writeMembers(json);
        }
        return json;
    }

    private static JsonWriter begin(ServerMessage message) {
        return new JsonWriter(message.expectedLength()).withoutIds().beginArray();
    }
}
