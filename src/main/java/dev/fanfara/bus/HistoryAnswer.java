package dev.fanfara.bus;

import dev.fanfara.protocol.Position;
import dev.fanfara.protocol.ServerMessage;
import java.util.List;

/** {@code position} is the room's, which may be beyond the last of {@code messages} (oldest first). Immutable. */
public record HistoryAnswer(Position position, List<ServerMessage> messages) {
    public HistoryAnswer {
        messages = List.copyOf(messages);
    }
}
