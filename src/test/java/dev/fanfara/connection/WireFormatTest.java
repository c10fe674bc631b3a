package dev.fanfara.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.bus.SharedEnding;
import dev.fanfara.bus.SharedMessage;
import dev.fanfara.config.CompressionConfig;
import dev.fanfara.protocol.CommandId;
import dev.fanfara.protocol.Payload;
import dev.fanfara.protocol.RoomName;
import dev.fanfara.protocol.ServerMessage;
import dev.fanfara.testing.Inflated;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.CompositeByteBuf;
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

    @Test
    void aBeginningAndASharedEndingAreOneFrame() {
        String state = "{\"text\":\"" + "word ".repeat(3000) + "\"}";
        SharedEnding ending = new SharedEnding(null, state.getBytes(StandardCharsets.UTF_8));
        for (ServerMessage beginning : List.of(joined("é"), joined("x".repeat(30_000)))) {
            String whole = new String(beginning.toJson(), StandardCharsets.UTF_8);
            String expected = whole.substring(0, whole.length() - 1) + ",\"state\":" + state + "}";

            byte[] plain = frame(WireFormat.WEBSOCKET, beginning, ending, FROM_256);
            assertThat(plain[0]).isEqualTo((byte) 0x81);
            assertThat(new String(payload(plain), StandardCharsets.UTF_8)).isEqualTo(expected);

            byte[] deflated = frame(WireFormat.WEBSOCKET_DEFLATE, beginning, ending, FROM_256);
            assertThat(deflated[0]).isEqualTo((byte) 0xC1);
            assertThat(deflated.length).isLessThan(plain.length - state.length() / 2);
            assertThat(Inflated.text(payload(deflated))).isEqualTo(expected);
        }
    }

    @Test
    void aBeginningThatFitsInNoStoredBlockIsNotDeflated() {
        SharedEnding ending = new SharedEnding(null, ("\"" + "a".repeat(9000) + "\"").getBytes(StandardCharsets.UTF_8));
        ServerMessage beginning = joined("x".repeat(66_000));

        assertThat(frame(WireFormat.WEBSOCKET_DEFLATE, beginning, ending, FROM_256)[0])
                .isEqualTo((byte) 0x81);
    }

    @Test
    void anEndingOfNothingEndsTheObject() {
        ServerMessage beginning = joined("1");

        assertThat(payload(frame(WireFormat.WEBSOCKET_DEFLATE, beginning, SharedEnding.NOTHING, FROM_256)))
                .isEqualTo(beginning.toJson());
    }

    @Test
    void endingsAreSentFromOneBufferAndFreedWhenNobodyNeedsThem() {
        SharedEnding ending = new SharedEnding(null, ("\"" + "a".repeat(9000) + "\"").getBytes(StandardCharsets.UTF_8));
        Endings endings = new Endings();
        CompressionConfig none = new CompressionConfig(false, 0);

        ByteBuf first = endings.frame(joined("1"), ending, WireFormat.WEBSOCKET, none);
        ByteBuf second = endings.frame(joined("2"), ending, WireFormat.WEBSOCKET_DEFLATE, none);

        CompositeByteBuf one = (CompositeByteBuf) first;
        CompositeByteBuf other = (CompositeByteBuf) second;
        ByteBuf shared = one.component(1).unwrap();
        assertThat(other.component(1).unwrap()).isSameAs(shared);
        assertThat(first.toString(StandardCharsets.UTF_8)).contains("\"id\":1,").endsWith("a\"}");
        first.release();
        endings.release();
        assertThat(second.toString(StandardCharsets.UTF_8))
                .contains("\"id\":2,")
                .endsWith("a\"}");
        second.release();
        assertThat(shared.refCnt()).isZero();
    }

    @Test
    void aMessageIsAnEventOfItsType() {
        SharedMessage message = said("a");

        assertThat(text(frame(WireFormat.SSE, message, FROM_256)))
                .isEqualTo("event: message\ndata: " + message + "\n\n");
    }

    @Test
    void whoIsToReconnectIsToldWhenWhereABrowserUnderstandsIt() {
        SharedMessage message = new SharedMessage(new ServerMessage.Reconnect(1234), 0);

        assertThat(text(frame(WireFormat.SSE, message, FROM_256)))
                .isEqualTo("retry: 1234\nevent: reconnect\ndata: {\"type\":\"reconnect\",\"after\":1234}\n\n");
    }

    @Test
    void aBeginningAndASharedEndingAreOneEvent() {
        for (int length : new int[] {10, 9000}) {
            String state = "\"" + "a".repeat(length) + "\"";
            SharedEnding ending = new SharedEnding(null, state.getBytes(StandardCharsets.UTF_8));
            String json = new String(joined("1").toJson(), StandardCharsets.UTF_8);

            assertThat(text(frame(WireFormat.SSE, joined("1"), ending, FROM_256)))
                    .isEqualTo("event: joined\ndata: " + json.substring(0, json.length() - 1) + ",\"state\":" + state
                            + "}\n\n");
        }
    }

    private static String text(byte[] frame) {
        return new String(frame, StandardCharsets.UTF_8);
    }

    private static ServerMessage joined(String id) {
        return new ServerMessage.Joined(new CommandId(id), new RoomName("room"), 1, null, true, null, null);
    }

    private static byte[] frame(
            WireFormat format, ServerMessage beginning, SharedEnding ending, CompressionConfig compression) {
        ByteBuf frame = new Endings().frame(beginning, ending, format, compression);
        byte[] bytes = ByteBufUtil.getBytes(frame);
        frame.release();
        return bytes;
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
