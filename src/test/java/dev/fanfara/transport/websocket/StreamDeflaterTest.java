package dev.fanfara.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.zip.DataFormatException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 7692 section 7.2.1, and its examples of section 7.2.3. What a window means to an independent inflater is ConformanceIT's. */
class StreamDeflaterTest {
    private static final int LARGE = 1 << 20;
    private static final byte[] HELLO = "Hello".getBytes(StandardCharsets.UTF_8);

    @Test
    void theSecondOfTwoEqualMessagesRefersToTheFirst() {
        StreamDeflater deflater = deflater(false, 0);

        assertThat(hex(deflater, HELLO)).isEqualTo("f248cdc9c90700");
        assertThat(hex(deflater, HELLO)).isEqualTo("f200110000");
    }

    @Test
    void whoForgetsSaysTheSameTwice() {
        StreamDeflater deflater = deflater(true, 0);

        assertThat(hex(deflater, HELLO)).isEqualTo("f248cdc9c90700");
        assertThat(hex(deflater, HELLO)).isEqualTo("f248cdc9c90700");
    }

    @Test
    void aSmallWindowRemembersWhatFitsIntoIt() {
        StreamDeflater deflater = deflater(false, 9);

        hex(deflater, HELLO);
        assertThat(hex(deflater, HELLO)).isEqualTo("f200110000");
        hex(deflater, new byte[(1 << 9) - 2 * HELLO.length]);
        assertThat(hex(deflater, HELLO)).isEqualTo("f248cdc9c90700");
    }

    @Test
    void anEmptyMessageIsOneByteEachTime() {
        StreamDeflater deflater = deflater(false, 0);

        assertThat(hex(deflater, new byte[0])).isEqualTo("00");
        assertThat(hex(deflater, new byte[0])).isEqualTo("00");
        assertThat(hex(deflater, HELLO)).isEqualTo("f248cdc9c90700");
        assertThat(hex(deflater, new byte[0])).isEqualTo("00");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 9, 10, 12, 15})
    void whateverIsSentArrives(int window) throws DataFormatException {
        Random random = new Random(window);
        for (boolean forgets : new boolean[] {false, true}) {
            StreamDeflater deflater = deflater(forgets, window);
            MessageInflater inflater = MessageInflater.forOne();
            for (int size : new int[] {1, 511, 512, 513, 0, 0, 70_000, 3, LARGE, 1}) {
                byte[] message = wordsAndNoise(random, size);
                ByteBuf deflated = Unpooled.buffer();
                deflater.deflate(Unpooled.wrappedBuffer(message), deflated);
                assertThat(ByteBufUtil.getBytes(inflater.inflate(deflated, LARGE)))
                        .as("%d bytes", size)
                        .isEqualTo(message);
            }
        }
    }

    private static byte[] wordsAndNoise(Random random, int size) {
        byte[] message = new byte[size];
        for (int at = 0; at < size; at++) {
            boolean repeats = at > 100 && random.nextInt(40) > 0;
            message[at] = repeats ? message[at - 90] : (byte) random.nextInt();
        }
        return message;
    }

    private static StreamDeflater deflater(boolean forgets, int window) {
        return new StreamDeflater(new DeflateParameters(forgets, false, window, 0));
    }

    private static String hex(StreamDeflater deflater, byte[] message) {
        ByteBuf deflated = Unpooled.buffer();
        deflater.deflate(Unpooled.wrappedBuffer(message), deflated);
        return ByteBufUtil.hexDump(deflated);
    }
}
