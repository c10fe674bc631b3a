package dev.fanfara.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfara.bench.FrameReader.BrokenFrame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FrameReaderTest {
    private static final int TEXT = 0x81;
    private static final int TEXT_BEGIN = 0x01;
    private static final int CONTINUATION = 0x00;
    private static final int CONTINUATION_END = 0x80;
    private static final int PING = 0x89;
    private static final int CLOSE = 0x88;
    private static final int COMPRESSED = 0x40;

    private final List<String> heard = new ArrayList<>();
    private final FrameReader frames = new FrameReader(new FrameReader.Sink() {
        @Override
        public void message(ByteBuf in, int index, int length, boolean compressed) {
            heard.add((compressed ? "compressed " : "") + in.toString(index, length, StandardCharsets.US_ASCII));
        }

        @Override
        public void control(int opcode, ByteBuf in, int index, int length) {
            heard.add(opcode + ":" + in.toString(index, length, StandardCharsets.US_ASCII));
        }
    });

    @Test
    void severalFramesOfOneReadComeOneByOne() {
        frames.read(bytes(frame(TEXT, "one"), frame(TEXT, ""), frame(TEXT | COMPRESSED, "three")));

        assertThat(heard).containsExactly("one", "", "compressed three");
    }

    @Test
    void aStreamReadsTheSameWhereverItIsCut() {
        String middle = "m".repeat(200);
        ByteBuf stream = bytes(
                frame(TEXT, "short"),
                frame(TEXT, middle),
                frame(TEXT_BEGIN, "be"),
                frame(PING, "p"),
                frame(CONTINUATION, "gi"),
                frame(CONTINUATION_END, "n"),
                frame(TEXT, "last"));
        for (int cut = 0; cut <= stream.readableBytes(); cut++) {
            heard.clear();

            frames.read(stream.copy(0, cut));
            frames.read(stream.copy(cut, stream.readableBytes() - cut));

            assertThat(heard).as("cut at %d", cut).containsExactly("short", middle, "9:p", "begin", "last");
        }
    }

    @Test
    void aStreamReadsTheSameByteByByte() {
        ByteBuf stream = bytes(frame(TEXT, "short"), frame(TEXT, "m".repeat(126)), frame(PING, ""), frame(CLOSE, "xx"));

        while (stream.isReadable()) {
            frames.read(stream.readBytes(1));
        }

        assertThat(heard).containsExactly("short", "m".repeat(126), "9:", "8:xx");
    }

    @Test
    void lengthsOf7And16And64BitsAreUnderstood() {
        for (int length : new int[] {0, 1, 125, 126, 127, 65_535, 65_536, 200_000}) {
            heard.clear();

            frames.read(bytes(frame(TEXT, "x".repeat(length)), frame(TEXT, "next")));

            assertThat(heard).as("length %d", length).containsExactly("x".repeat(length), "next");
        }
    }

    @Test
    void whatNoServerMaySendIsRefused() {
        assertThatThrownBy(() -> frames.read(Unpooled.wrappedBuffer(new byte[] {(byte) 0x81, (byte) 0x80})))
                .isInstanceOf(BrokenFrame.class)
                .hasMessage("the server sent a masked frame");
        assertThatThrownBy(() -> frames.read(bytes(frame(CONTINUATION_END, "of what"))))
                .hasMessage("the server sent a frame of opcode 0 out of turn");
        assertThatThrownBy(() -> frames.read(bytes(frame(0xA1, "rsv2"))))
                .hasMessage("the server sent a frame with reserved bits");
        assertThatThrownBy(() -> frames.read(
                        Unpooled.buffer().writeByte(TEXT).writeByte(127).writeLong(-1)))
                .hasMessage("the server announced a frame of 18446744073709551615 bytes");
    }

    private static ByteBuf frame(int first, String payload) {
        ByteBuf frame = Unpooled.buffer().writeByte(first);
        int length = payload.length();
        if (length < 126) {
            frame.writeByte(length);
        } else if (length < 65_536) {
            frame.writeByte(126).writeShort(length);
        } else {
            frame.writeByte(127).writeLong(length);
        }
        frame.writeCharSequence(payload, StandardCharsets.US_ASCII);
        return frame;
    }

    private static ByteBuf bytes(ByteBuf... frames) {
        return Unpooled.copiedBuffer(frames);
    }
}
