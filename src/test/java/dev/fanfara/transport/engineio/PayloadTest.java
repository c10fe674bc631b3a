package dev.fanfara.transport.engineio;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PayloadTest {
    private static final int PLENTY = 1_000_000;

    private final List<String> heard = new ArrayList<>();
    private final Deque<ByteBuf> frames = new ArrayDeque<>();

    private boolean read(byte[] body) {
        return Payload.read(body, new Payload.Receiver() {
            @Override
            public boolean onPacket(ByteBuf packet) {
                heard.add(packet.toString(StandardCharsets.UTF_8));
                return packet.getByte(packet.readerIndex()) != PacketType.CLOSE;
            }

            @Override
            public boolean onBinary(ByteBuf bytes) {
                heard.add("binary " + ByteBufUtil.hexDump(bytes));
                return true;
            }
        });
    }

    /** {@code |} stands for the separator. */
    private boolean read(String body) {
        return read(body.replace('|', '\u001e').getBytes(StandardCharsets.UTF_8));
    }

    private String written(int max) {
        return new String(Payload.write(frames, max), StandardCharsets.UTF_8).replace('\u001e', '|');
    }

    private static ByteBuf text(String text) {
        return Frames.text(Unpooled.copiedBuffer(text, StandardCharsets.UTF_8));
    }

    private static ByteBuf binary(String hex) {
        return Frames.binary(Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(hex)));
    }

    @ParameterizedTest
    @CsvSource({
        "4hello, 4hello",
        "4a|4b|3, 4a;4b;3",
        "4hello|bAQIDBA==, 4hello;binary 01020304",
        "b, binary ",
        "4, 4",
        "4é€😀|4b, 4é€😀;4b"
    })
    void packetsAreHeardInOrder(String body, String expected) {
        assertThat(read(body)).isTrue();
        assertThat(String.join(";", heard).strip()).isEqualTo(expected.strip());
    }

    @ParameterizedTest
    @ValueSource(strings = {"|", "4a||4b", "4a|", "|4a", "b!!", "bAQID=BA=="})
    void whatIsNoPayloadIsRefused(String body) {
        assertThat(read(body)).isFalse();
    }

    @Test
    void nothingIsNoPayload() {
        assertThat(read("")).isFalse();
    }

    @Test
    void brokenUtf8IsRefusedBeforeAnythingIsHeard() {
        assertThat(read(new byte[] {'4', 'a', 0x1e, '4', (byte) 0xc3})).isFalse();
        assertThat(heard).isEmpty();
    }

    @Test
    void aPayloadHasSoManyPacketsAtMost() {
        assertThat(read("4" + "|4".repeat(Payload.MAX_PACKETS - 1))).isTrue();
        assertThat(read("4" + "|4".repeat(Payload.MAX_PACKETS))).isFalse();
    }

    @Test
    void nothingIsHeardAfterTheEnd() {
        assertThat(read("4a|1|4b")).isTrue();
        assertThat(heard).containsExactly("4a", "1");
    }

    @Test
    void framesOfAllLengthsBecomePackets() {
        frames.add(text("a"));
        frames.add(Unpooled.wrappedBuffer(text("b".repeat(124)), text("c".repeat(125)), binary("01020304")));
        frames.add(text("d".repeat(70_000)));

        assertThat(written(PLENTY))
                .isEqualTo("4a|4" + "b".repeat(124) + "|4" + "c".repeat(125) + "|bAQIDBA==|4" + "d".repeat(70_000));
        assertThat(frames).isEmpty();
    }

    @Test
    void whatDoesNotFitStaysForTheNextTime() {
        ByteBuf shared = Unpooled.wrappedBuffer(text("aaaa"), text("bbbb"), text("cccc"));
        frames.add(shared);
        frames.add(text("d"));

        assertThat(written(11)).isEqualTo("4aaaa|4bbbb");
        assertThat(shared.refCnt()).isOne();
        assertThat(written(11)).isEqualTo("4cccc|4d");
        assertThat(shared.refCnt()).isZero();
    }

    @Test
    void anAnswerHasSoManyPacketsAtMost() {
        for (int i = 0; i < 20; i++) {
            frames.add(text("a"));
        }

        assertThat(written(PLENTY)).isEqualTo("4a" + "|4a".repeat(15));
        assertThat(written(PLENTY)).isEqualTo("4a|4a|4a|4a");
    }

    @Test
    void onePacketIsSentHoweverLongItIs() {
        frames.add(text("aaaa"));
        frames.add(text("b"));

        assertThat(written(1)).isEqualTo("4aaaa");
        assertThat(written(1)).isEqualTo("4b");
    }

    @Test
    void binaryIsMeasuredAsItIsWritten() {
        frames.add(binary("010203"));
        frames.add(binary("010203"));

        assertThat(written(10)).isEqualTo("bAQID");
        assertThat(written(11)).isEqualTo("bAQID");
    }
}
