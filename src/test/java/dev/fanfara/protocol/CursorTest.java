package dev.fanfara.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CursorTest {
    private static final RoomName LOG = new RoomName("log:a");
    private static final RoomName STATE = new RoomName("state:a");
    private static final RoomName PLAIN = new RoomName("a");
    /** As a room has it. */
    private static final String EPOCH = Epochs.text(-1);

    @Test
    void whatWasWrittenIsRead() {
        Random random = new Random(1);
        for (long offset = 0; offset <= 1L << 53; offset = offset * 3 + random.nextInt(2)) {
            Cursor.Writer writer = new Cursor.Writer(3);
            writer.at(LOG, new Position(Epochs.text(random.nextLong()), offset));
            writer.at(PLAIN, null);
            Position state = new Position(EPOCH, 1);
            writer.at(STATE, state);
            offset += 1;

            Cursor read = Cursor.read(writer.word());
            assertThat(read.in(STATE)).isEqualTo(state);
            assertThat(read.in(LOG)).extracting(Position::offset).isEqualTo(offset - 1);
            assertThat(read.in(new RoomName("log:b"))).isNull();
        }
    }

    @Test
    void aPlainRoomHasAPlaceThatIsNowhereElse() {
        Cursor.Writer writer = new Cursor.Writer(1);
        writer.at(PLAIN, null);
        Position place = Cursor.read(writer.word()).in(PLAIN);
        assertThat(place).extracting(Position::epoch).isEqualTo("");

        Cursor.Writer again = new Cursor.Writer(1);
        again.at(PLAIN, place);
        assertThat(again.word()).isEqualTo(writer.word());
    }

    @Test
    void itIsAsShortAsPromised() {
        int rooms = 128;
        Cursor.Writer writer = new Cursor.Writer(rooms);
        for (int i = 0; i < rooms; i++) {
            writer.at(new RoomName("room:" + i), new Position(EPOCH, 1L << 40));
        }
        assertThat(writer.word().length()).isLessThanOrEqualTo(rooms * Cursor.MAX_LENGTH_PER_ROOM + 2);
        assertThat(writer.word()).matches("[A-Za-z0-9_-]+");
    }

    @Test
    void nothingWasWrittenUntilARoomWas() {
        Cursor.Writer writer = new Cursor.Writer(1);
        assertThat(writer.isEmpty()).isTrue();
        writer.at(PLAIN, null);
        assertThat(writer.isEmpty()).isFalse();
    }

    @Test
    void aPartOfACursorIsNone() {
        Cursor.Writer writer = new Cursor.Writer(2);
        writer.at(LOG, new Position(EPOCH, 300));
        byte[] whole = Base64.getUrlDecoder().decode(writer.word());
        for (int length = 2; length < whole.length; length++) {
            assertRefused(
                    Base64.getUrlEncoder().withoutPadding().encodeToString(java.util.Arrays.copyOf(whole, length)));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "end",
                "x",
                "AQ==", // padding
                "AR", // bits beyond the last byte
                "Ag", // another version
                "AQ AA",
                "AQAAAAA", // a room's name without more
                "AQAAAACAAA", // a zero that is two bytes long
                "AQAAAACAgICAgICAgICAAQ", // a number without end
                "AQé"
            })
    void whatNoGatewayWroteIsRefused(String word) {
        assertRefused(word);
    }

    private static void assertRefused(String word) {
        assertThatThrownBy(() -> Cursor.read(word))
                .isInstanceOfSatisfying(
                        Refusal.class, no -> assertThat(no.code()).isEqualTo(ErrorCode.BAD_REQUEST));
    }
}
