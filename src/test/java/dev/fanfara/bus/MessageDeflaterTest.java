package dev.fanfara.bus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.testing.Inflated;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What goes into a deflated frame. */
class MessageDeflaterTest {
    @Test
    void aMessageLongerThanTheWindowIsWhole() {
        StringBuilder numbers = new StringBuilder();
        for (int i = 0; i < 40_000; i++) {
            numbers.append(i * 7919 % 10_007).append(',');
        }

        byte[] deflated = MessageDeflater.deflate(numbers.toString().getBytes(StandardCharsets.UTF_8));

        assertThat(Inflated.text(deflated)).isEqualTo(numbers.toString());
    }

    @Test
    void equalMessagesBecomeEqualBytesWhateverCameBetween() {
        byte[] message = "tick tock ".repeat(100).getBytes(StandardCharsets.UTF_8);
        byte[] first = MessageDeflater.deflate(message);

        MessageDeflater.deflate("tock tick ".repeat(100).getBytes(StandardCharsets.UTF_8));

        assertThat(MessageDeflater.deflate(message)).isEqualTo(first).hasSizeLessThan(100);
    }

    @Test
    void noiseStaysAsItIs() {
        for (int length : new int[] {0, 1, 2, 100, 70_000}) {
            byte[] noise = new byte[length];
            new Random(length).nextBytes(noise);

            assertThat(MessageDeflater.deflate(noise)).isSameAs(noise);
        }
    }
}
