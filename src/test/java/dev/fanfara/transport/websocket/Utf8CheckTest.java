package dev.fanfara.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Utf8CheckTest {
    @Test
    void agreesWithTheJdkOnAnyBytes() {
        // Few different bytes, those at the borders of the rules, so that right sequences are frequent.
        byte[] alphabet = HexFormat.of().parseHex("417f808f909fa0bfc1c2dfe0e1ecedeeeff0f1f3f4f5ff");
        Random random = new Random(3629);
        int right = 0;
        for (int i = 0; i < 200_000; i++) {
            byte[] bytes = new byte[random.nextInt(6)];
            for (int j = 0; j < bytes.length; j++) {
                bytes[j] = alphabet[random.nextInt(alphabet.length)];
            }
            boolean expected = isUtf8(bytes);
            right += expected ? 1 : 0;
            assertThat(isText(bytes)).as(HexFormat.of().formatHex(bytes)).isEqualTo(expected);
        }
        assertThat(right).isBetween(1_000, 199_000);
    }

    @Test
    void aCharacterMayComeInParts() {
        Utf8Check check = new Utf8Check();

        assertThat(check.goesOn(bytes("e282"))).isTrue();
        assertThat(check.mayEnd()).isFalse();
        assertThat(check.goesOn(bytes("ac"))).isTrue();
        assertThat(check.mayEnd()).isTrue();
    }

    @Test
    void saysNoAtTheFirstByteThatCannotBeRight() {
        for (String beginning : new String[] {"80", "c0", "f5", "e080", "eda0", "f080", "f490", "c241"}) {
            assertThat(new Utf8Check().goesOn(bytes(beginning))).as(beginning).isFalse();
        }
    }

    private static boolean isText(byte[] bytes) {
        Utf8Check check = new Utf8Check();
        return check.goesOn(Unpooled.wrappedBuffer(bytes)) && check.mayEnd();
    }

    private static boolean isUtf8(byte[] bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException malformed) {
            return false;
        }
    }

    private static ByteBuf bytes(String hex) {
        return Unpooled.wrappedBuffer(HexFormat.of().parseHex(hex));
    }
}
