package dev.fanfara.bus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.protocol.CloseReason;
import io.netty.buffer.Unpooled;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class EngineWireTest {
    private static final LoopRef FROM = new LoopRef("node", 3);
    private static final EngineId SESSION = EngineId.create(new LoopRef("other", 1));
    private static final byte[] BYTES = "4é".getBytes(StandardCharsets.UTF_8);

    private final BusCodec<EngineMessage> codec = new BusCodec<>("test", EngineWire::write, EngineWire::read);

    @Test
    void everyMessageComesBackAsItWas() {
        List<EngineMessage> all = List.of(
                new EngineMessage.Ask(FROM, -5, SESSION, "token", EngineMessage.Want.POST),
                new EngineMessage.Ask(FROM, 5_000_000_000L, SESSION, null, EngineMessage.Want.SOCKET),
                new EngineMessage.Body(FROM, 7, SESSION, BYTES),
                new EngineMessage.Broken(7, SESSION, CloseReason.TOO_BIG),
                new EngineMessage.Broken(7, SESSION, null),
                new EngineMessage.Opened(FROM, 7, SESSION),
                new EngineMessage.Said(7, 1, true, BYTES),
                new EngineMessage.SocketGone(7, 1006),
                new EngineMessage.Answer(7, new HttpAnswer(200, "text/plain", BYTES)),
                new EngineMessage.Write(7, 2, Unpooled.wrappedBuffer(BYTES)),
                new EngineMessage.Close(7, CloseReason.SHUTTING_DOWN),
                new EngineMessage.Close(7, null),
                new EngineMessage.Taken(7, 4096));

        for (EngineMessage message : all) {
            assertThat(overTheWire(message)).usingRecursiveComparison().isEqualTo(message);
        }
    }

    private EngineMessage overTheWire(EngineMessage message) {
        Buffer wire = Buffer.buffer();
        codec.encodeToWire(wire, message);
        return codec.decodeFromWire(0, wire);
    }
}
