package dev.fanfara.bus;

import dev.fanfara.protocol.EventJson;
import dev.fanfara.protocol.ServerMessage;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A server message on its way to its receivers, many or one. This is the one place where it becomes bytes: once per
 * encoding and node, on first use, never once per member. Any thread: loops that race get equal bytes.
 */
public final class SharedMessage {
    private static final int OVERHEAD = 256;

    private final ServerMessage message;
    /** When the gateway took it, {@link System#nanoTime}; 0 if it is no publication, or another node took it. */
    private final long acceptedNanos;

    private volatile byte @Nullable [] json;
    private volatile byte @Nullable [] deflated;
    private volatile byte @Nullable [] event;

    public SharedMessage(ServerMessage message, long acceptedNanos) {
        this.message = message;
        this.acceptedNanos = acceptedNanos;
    }

    public ServerMessage message() {
        return message;
    }

    /** A publication counts as a delivery; who came and went does not. */
    public boolean isPublication() {
        return message instanceof ServerMessage.Message || message instanceof ServerMessage.Patch;
    }

    /** About so many bytes it holds before it is encoded: what queues with it in them are measured by. */
    public int weight() {
        if (message instanceof ServerMessage.Message said) {
            return OVERHEAD + said.payload().json().length;
        }
        return message instanceof ServerMessage.Patch patch ? OVERHEAD + patch.data().length : OVERHEAD;
    }

    public long acceptedNanos() {
        return acceptedNanos;
    }

    /** The native wire's JSON object, UTF-8. Not to be changed. */
    public byte[] json() {
        byte[] known = json;
        if (known == null) {
            known = message.toJson();
            json = known;
        }
        return known;
    }

    /**
     * The same, deflated for permessage-deflate without anything of an earlier message; {@link #json} itself if that is
     * no shorter. Not to be changed. A loop that finds another one at it waits: doing it again would take as long.
     */
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

    /** The same as an event with one argument, {@code ["name",{…}]}, for Socket.IO. UTF-8, not to be changed. */
    public byte[] event() {
        byte[] known = event;
        if (known == null) {
            known = EventJson.event(message);
            event = known;
        }
        return known;
    }

    @Override
    public String toString() {
        return new String(json(), StandardCharsets.UTF_8);
    }
}
