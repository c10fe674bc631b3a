package dev.fanfara.bus;

import dev.fanfara.protocol.JsonWriter;
import dev.fanfara.protocol.ServerMessage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a {@code joined} ends with: what was missed or asked for, and the room's state. It is large, and the same for all
 * who come from the same place at the same time; so it becomes bytes once per encoding and node, and only what stands
 * before it is each member's own. Any thread: loops that race get equal bytes.
 */
public final class SharedEnding {
    /** Nothing but the end of the object. */
    public static final SharedEnding NOTHING = new SharedEnding(null, null);

    private final @Nullable List<ServerMessage> messages;
    private final byte @Nullable [] state;

    private volatile @Nullable List<SharedMessage> each;
    private volatile byte @Nullable [] json;
    private volatile byte @Nullable [] deflated;

    /**
     * @param messages oldest first
     * @param state the JSON of the whole object
     */
    public SharedEnding(@Nullable List<ServerMessage> messages, byte @Nullable [] state) {
        this.messages = messages;
        this.state = state;
    }

    public @Nullable List<ServerMessage> messages() {
        return messages;
    }

    /** The messages one by one, for those who get them so. */
    public List<SharedMessage> each() {
        List<SharedMessage> known = each;
        if (known == null) {
            known = messages == null
                    ? List.of()
                    : messages.stream()
                            .map(message -> new SharedMessage(message, 0))
                            .toList();
            each = known;
        }
        return known;
    }

    /** Not to be changed. */
    public byte @Nullable [] state() {
        return state;
    }

    /** Continues a JSON object that has members already, and ends it. UTF-8, not to be changed. */
    public byte[] json() {
        byte[] known = json;
        if (known == null) {
            known = toJson();
            json = known;
        }
        return known;
    }

    private byte[] toJson() {
        if (messages == null && state == null) {
            return new byte[] {'}'};
        }
        int expected = state == null ? 0 : state.length;
        JsonWriter members =
                new JsonWriter(expected + ServerMessage.AROUND + ServerMessage.lengthOf(messages)).beginObject();
        if (messages != null) {
            members.messages("messages", messages);
        }
        if (state != null) {
            members.raw("state", state);
        }
        byte[] bytes = members.endObject().toBytes();
        bytes[0] = ',';
        return bytes;
    }

    /** The same, deflated without anything that stands before it; {@link #json} itself if that is no shorter. */
    public byte[] deflated() {
        byte[] known = deflated;
        if (known == null) {
            synchronized (this) {
                known = deflated;
                if (known == null) {
                    known = MessageDeflater.deflate(json());
                    deflated = known;
                }
            }
        }
        return known;
    }
}
