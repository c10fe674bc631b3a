package dev.fanfara.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfara.protocol.ConnectionId;
import dev.fanfara.protocol.Payload;
import dev.fanfara.protocol.RoomName;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PeerWireTest {
    private static final RoomName ROOM = new RoomName("dash:a");
    private static final ConnectionId CONNECTION = ConnectionId.random();
    private static final Payload PAYLOAD =
            new Payload(Payload.Kind.DATA, "{\"a\":\"é\"}".getBytes(StandardCharsets.UTF_8));

    private final BusCodec<PeerMessage> codec = new BusCodec<>("test", PeerWire::write, PeerWire::read);

    @Test
    void everyMessageComesBackEqual() {
        List<PeerMessage> all = List.of(
                new PeerMessage.Received("node", 1, 5_000_000_000L),
                new PeerMessage.Unsubscribe("node", List.of(ROOM)),
                new PeerMessage.RosterDelta("node", ROOM, 7, 2, Map.of(CONNECTION, "älice"), List.of(CONNECTION)),
                new PeerMessage.Interests("node", 1, List.of(ROOM, new RoomName("b")), true),
                new PeerMessage.Digest("node", 1, 2, -5, Map.of(ROOM, 9L)),
                new PeerMessage.Goodbye("node"));

        for (PeerMessage message : all) {
            assertThat(overTheWire(message)).isEqualTo(message);
        }
    }

    @Test
    void publicationsComeAsTheyWereSentWithoutALookAtTheirJson() {
        Forwarded first = new Forwarded(ROOM, "älice", PAYLOAD, 123, null);
        Forwarded second = new Forwarded(
                new RoomName("b"),
                null,
                new Payload(Payload.Kind.TEXT, "{broken".getBytes(StandardCharsets.UTF_8)),
                124,
                new Place(-7, 5_000_000_000L, 9));

        PeerMessage.Publications batch = (PeerMessage.Publications)
                overTheWire(new PeerMessage.Publications("node", 3, 5_000_000_000L, List.of(first, second)));

        assertThat(batch).extracting("node", "loop", "position").containsExactly("node", 3, 5_000_000_000L);
        assertThat(batch.publications())
                .usingRecursiveFieldByFieldElementComparatorIgnoringFields("wire")
                .containsExactly(first, second);
    }

    @Test
    void aPublicationBecomesBytesOnceForAllNodes() {
        Forwarded publication = new Forwarded(ROOM, "alice", PAYLOAD, 123, null);

        overTheWire(new PeerMessage.Publications("node", 0, 100, List.of(publication)));
        byte[] bytes = publication.wire();
        overTheWire(new PeerMessage.Publications("node", 1, 200, List.of(publication)));

        assertThat(publication.wire()).isSameAs(bytes);
    }

    @Test
    void bytesOfAnotherVersionAreRefused() {
        Buffer bytes = Buffer.buffer();
        codec.encodeToWire(bytes, new PeerMessage.Goodbye("node"));
        bytes.setByte(0, (byte) 9);

        assertThatThrownBy(() -> codec.decodeFromWire(0, bytes))
                .hasMessageStartingWith("test: bus format 9, this node speaks ");
    }

    private PeerMessage overTheWire(PeerMessage message) {
        Buffer bytes = Buffer.buffer("before");
        codec.encodeToWire(bytes, message);
        return codec.decodeFromWire("before".length(), bytes);
    }
}
