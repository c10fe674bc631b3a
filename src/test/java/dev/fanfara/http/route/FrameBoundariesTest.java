package dev.fanfara.http.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.testing.RawSocket;
import io.vertx.core.buffer.Buffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameBoundariesTest {
    private final FrameBoundaries frames = new FrameBoundaries();

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 125, 126, 65_535, 65_536})
    void frameEndsWhereItsLengthSays(int length) {
        Buffer frame = Buffer.buffer(RawSocket.frame(0x82, new byte[length]));
        Buffer andMore = frame.copy().appendByte((byte) 0x81);

        assertThat(frames.pass(frame.slice(0, 1))).isZero();
        assertThat(frames.isBetween()).isFalse();
        assertThat(frames.pass(andMore.slice(1, andMore.length()))).isEqualTo(frame.length() - 1);
        assertThat(frames.isBetween()).isFalse();
    }

    @Test
    void partOfAFrameHasNoEnd() {
        Buffer frame = Buffer.buffer(RawSocket.frame(0x82, new byte[300]));

        frames.pass(frame.slice(0, 3));
        assertThat(frames.pass(frame.slice(3, 100))).isEqualTo(FrameBoundaries.NONE);
        assertThat(frames.pass(frame.slice(100, frame.length()))).isEqualTo(frame.length() - 100);
        assertThat(frames.isBetween()).isTrue();
    }

    @Test
    void codeOfACloseFrameIsSeen() {
        Buffer close = Buffer.buffer(new byte[] {(byte) 0x81, 1, 'a', (byte) 0x88, 4, 0x10, (byte) 0xe1, 'o', 'k'});

        for (int i = 0; i < close.length(); i++) {
            frames.pass(close.slice(i, i + 1));
        }

        assertThat(frames.closeCode()).isEqualTo(4321);
        assertThat(frames.isBetween()).isTrue();
    }
}
