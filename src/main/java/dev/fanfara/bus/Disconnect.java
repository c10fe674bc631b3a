package dev.fanfara.bus;

import dev.fanfara.protocol.ConnectionId;
import org.jspecify.annotations.Nullable;

/** To the connections of a loop: whoever is of that user, or has that id, ends. One of them is there. Immutable. */
public record Disconnect(@Nullable String user, @Nullable ConnectionId connection) {
    static void write(WireWriter out, Disconnect disconnect) {
        out.optionalText(disconnect.user)
                .optionalText(disconnect.connection == null ? null : disconnect.connection.value());
    }

    static Disconnect read(WireReader in) {
        return new Disconnect(in.optionalText(), PeerWire.optionalConnection(in));
    }
}
