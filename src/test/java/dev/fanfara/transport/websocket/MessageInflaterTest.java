package dev.fanfara.transport.websocket;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.TooLongFrameException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;

/** The examples are those of RFC 7692 section 7.2.3. */
class MessageInflaterTest {
    @Test
    void inflatesOneBlock() throws DataFormatException {
        assertThat(inflate("f248cdc9c90700", 100)).isEqualTo("Hello");
    }

    @Test
    void inflatesABlockWithoutCompression() throws DataFormatException {
        assertThat(inflate("000500faff48656c6c6f00", 100)).isEqualTo("Hello");
    }

    @Test
    void inflatesABlockThatSaysItIsTheLast() throws DataFormatException {
        assertThat(inflate("f348cdc9c9070000", 100)).isEqualTo("Hello");
    }

    @Test
    void inflatesTwoBlocks() throws DataFormatException {
        assertThat(inflate("f248050000" + "00ffff" + "cac9c90700", 100)).isEqualTo("Hello");
    }

    @Test
    void everyMessageStartsAnew() throws DataFormatException {
        for (int i = 0; i < 3; i++) {
            assertThat(inflate("f248cdc9c90700", 100)).isEqualTo("Hello");
        }
    }

    @Test
    void aMessageMayReferToTheOneBeforeWhereThatWasAgreed() throws DataFormatException {
        MessageInflater ofOneClient = MessageInflater.forOne();

        assertThat(ofOneClient.inflate(bytes("f248cdc9c90700"), 100).toString(UTF_8))
                .isEqualTo("Hello");
        assertThat(ofOneClient.inflate(bytes("f200110000"), 100).toString(UTF_8))
                .isEqualTo("Hello");
        ofOneClient.end();
        assertThatThrownBy(() -> inflate("f200110000", 100)).isInstanceOf(DataFormatException.class);
    }

    @Test
    void aMessageMayBeAsLongAsAllowedAndNoLonger() throws DataFormatException {
        String text = "ab".repeat(5_000);
        ByteBuf deflated = deflate(text);

        assertThat(MessageInflater.shared().inflate(deflated, 10_000).toString(UTF_8))
                .isEqualTo(text);
        assertThatThrownBy(() -> MessageInflater.shared().inflate(deflated, 9_999))
                .isInstanceOf(TooLongFrameException.class);
    }

    @Test
    void whatIsNotDeflatedIsRefused() {
        assertThatThrownBy(() -> inflate("ffffffff", 100)).isInstanceOf(DataFormatException.class);
    }

    private static String inflate(String hex, int max) throws DataFormatException {
        return MessageInflater.shared().inflate(bytes(hex), max).toString(UTF_8);
    }

    private static ByteBuf bytes(String hex) {
        return Unpooled.wrappedBuffer(HexFormat.of().parseHex(hex));
    }

    private static ByteBuf deflate(String text) {
        Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
        deflater.setInput(text.getBytes(UTF_8));
        byte[] out = new byte[text.length() + 100];
        int length = deflater.deflate(out, 0, out.length, Deflater.SYNC_FLUSH);
        deflater.end();
        return Unpooled.wrappedBuffer(Arrays.copyOf(out, length - 4));
    }
}
