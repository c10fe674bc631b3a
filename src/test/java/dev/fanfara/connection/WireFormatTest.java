package dev.fanfara.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.bus.SharedMessage;
import dev.fanfara.config.CompressionConfig;
import dev.fanfara.protocol.Payload;
import dev.fanfara.protocol.RoomName;
import dev.fanfara.protocol.ServerMessage;
import dev.fanfara.testing.Inflated;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How a message becomes a frame. */
class WireFormatTest {
    private static final CompressionConfig FROM_256 = new CompressionConfig(true, 256);
    private static final int HEADER_16 = 4;

    @Test
    void aMessageIsATextFrame() {
        SharedMessage message = said("a".repeat(2000));

        byte[] frame = frame(WireFormat.WEBSOCKET, message, FROM_256);

        assertThat(frame[0]).isEqualTo((byte) 0x81);
        assertThat(Arrays.copyOfRange(frame, HEADER_16, frame.length)).isEqualTo(message.json());
    }

    @Test
    void aDeflatedFrameIsSmallerAndRefersToNoOther() {
        List<SharedMessage> messages =
                List.of(said("first ".repeat(100)), said("first ".repeat(100)), said("third é ".repeat(5000)));
        List<byte[]> frames = messages.stream()
                .map(message -> frame(WireFormat.WEBSOCKET_DEFLATE, message, FROM_256))
                .toList();

        for (int i = frames.size() - 1; i >= 0; i--) {
            byte[] frame = frames.get(i);
            SharedMessage message = messages.get(i);
            assertThat(frame[0]).isEqualTo((byte) 0xC1);
            assertThat(frame.length).isLessThan(message.json().length / 3);
            assertThat(Inflated.text(payload(frame))).isEqualTo(message.toString());
        }
    }

    @Test
    void loopsThatRaceShareTheDeflatedBytes() {
        SharedMessage message = said("a".repeat(20_000));

        assertThat(IntStream.range(0, 16)
                        .parallel()
                        .mapToObj(loop -> message.deflated())
                        .distinct())
                .hasSize(1);
    }

    @Test
    void shortMessagesAreNotDeflated() {
        SharedMessage message = said("a".repeat(300));
        int length = message.json().length;

        assertThat(frame(WireFormat.WEBSOCKET_DEFLATE, message, new CompressionConfig(true, length))[0])
                .isEqualTo((byte) 0xC1);
        assertThat(frame(WireFormat.WEBSOCKET_DEFLATE, message, new CompressionConfig(true, length + 1)))
                .isEqualTo(frame(WireFormat.WEBSOCKET, message, FROM_256));
    }

    @Test
    void whatGetsNoShorterIsNotDeflated() {
        byte[] noise = new byte[2000];
        new Random(1).nextBytes(noise);
        SharedMessage message = said(noise);

        assertThat(frame(WireFormat.WEBSOCKET_DEFLATE, message, new CompressionConfig(true, 0)))
                .isEqualTo(frame(WireFormat.WEBSOCKET, message, FROM_256));
    }

    @Test
    void nothingIsDeflatedOnceCompressionIsOff() {
        SharedMessage message = said("a".repeat(2000));

        assertThat(frame(WireFormat.WEBSOCKET_DEFLATE, message, new CompressionConfig(false, 0)))
                .isEqualTo(frame(WireFormat.WEBSOCKET, message, FROM_256));
    }

    private static SharedMessage said(String text) {
        return said(("\"" + text + "\"").getBytes(StandardCharsets.UTF_8));
    }

    private static SharedMessage said(byte[] data) {
        return new SharedMessage(
                new ServerMessage.Message(new RoomName("room"), null, new Payload(Payload.Kind.DATA, data), 0, 0), 0);
    }

    private static byte[] frame(WireFormat format, SharedMessage message, CompressionConfig compression) {
        ByteBuf frame = Unpooled.buffer();
        format.append(message, compression, frame);
        return ByteBufUtil.getBytes(frame);
    }

    private static byte[] payload(byte[] frame) {
        int header = (frame[1] & 0x7F) < 126 ? 2 : HEADER_16;
        return Arrays.copyOfRange(frame, header, frame.length);
    }
}
