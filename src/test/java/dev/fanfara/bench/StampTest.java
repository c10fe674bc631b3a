package dev.fanfara.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class StampTest {
    @Test
    void whatIsWrittenIsRead() {
        for (long nanos : new long[] {0, 1, -1, Long.MAX_VALUE, Long.MIN_VALUE, 0x0123_4567_89ab_cdefL}) {
            ByteBuf in = message("{\"text\":\"", 70_000, 4_000_000_000L, -1, nanos);

            int at = Stamp.find(in, 0, in.readableBytes(), 0);

            assertThat(at).isEqualTo(9);
            assertThat(Stamp.stream(in, at)).isEqualTo(70_000);
            assertThat(Stamp.sequence(in, at)).isEqualTo(4_000_000_000L);
            assertThat(Stamp.slot(in, at)).isEqualTo(-1);
            assertThat(Stamp.intendedNanos(in, at)).isEqualTo(nanos);
        }
    }

    @Test
    void itIsFoundWhereItWasAndWhereItWasNot() {
        ByteBuf in = message("FnB and FnB~", 1, 2, 3, 4);
        in.setByte(11, '!');

        for (int last : new int[] {0, 12, 13, 10_000}) {
            assertThat(Stamp.find(in, 0, in.readableBytes(), last)).isEqualTo(12);
        }
    }

    @Test
    void aMessageWithoutOneHasNone() {
        ByteBuf in = Unpooled.copiedBuffer("{\"type\":\"joined\"} FnB~ too short", StandardCharsets.US_ASCII);

        assertThat(Stamp.find(in, 0, in.readableBytes(), 0)).isEqualTo(-1);
        assertThat(Stamp.find(in, 0, 3, 0)).isEqualTo(-1);
    }

    private static ByteBuf message(String before, int stream, long sequence, int slot, long nanos) {
        byte[] stamp = new byte[Stamp.LENGTH];
        Stamp.write(stamp, stream, sequence, slot, nanos);
        return Unpooled.copiedBuffer(
                before + new String(stamp, StandardCharsets.US_ASCII) + "\"}", StandardCharsets.US_ASCII);
    }
}
