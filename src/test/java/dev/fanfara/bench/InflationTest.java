package dev.fanfara.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.junit.jupiter.api.Test;

class InflationTest {
    private final Deflater deflater = new Deflater(1, true);
    private final Inflater inflater = new Inflater(true);
    private final Inflation inflation = new Inflation();

    @Test
    void messagesThatReferToEarlierOnesAreInflated() throws Exception {
        for (int i = 0; i < 3; i++) {
            assertThat(inflated(deflated("the same words, the same words")))
                    .isEqualTo("the same words, the same words");
        }
    }

    @Test
    void messagesThatStandAloneAreInflated() throws Exception {
        for (int i = 0; i < 3; i++) {
            deflater.reset();
            assertThat(inflated(deflated("on its own " + i))).isEqualTo("on its own " + i);
        }
    }

    @Test
    void aMessageMayBeLargerThanTheBuffer() throws Exception {
        for (int size : new int[] {65_535, 65_536, 65_537, 131_072, 1_000_000}) {
            assertThat(inflated(deflated("x".repeat(size)))).hasSize(size);
        }
    }

    private ByteBuf deflated(String text) {
        byte[] out = new byte[2_000_000];
        deflater.setInput(text.getBytes(StandardCharsets.US_ASCII));
        int size = deflater.deflate(out, 0, out.length, Deflater.SYNC_FLUSH);
        return Unpooled.copiedBuffer(out, 0, size - 4);
    }

    private String inflated(ByteBuf in) throws Exception {
        return inflation.inflate(inflater, in, 0, in.readableBytes()).toString(StandardCharsets.US_ASCII);
    }
}
