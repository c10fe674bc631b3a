package dev.fanfara.bus;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EngineIdTest {
    private static final LoopRef HOME = new LoopRef(UUID.randomUUID().toString(), 11);

    @Test
    void itsWordSaysWhereItLives() {
        EngineId id = EngineId.create(HOME);

        assertThat(EngineId.read(id.word())).contains(id);
        assertThat(id.word()).matches("[A-Za-z0-9_.-]+");
        assertThat(id.home()).isEqualTo(HOME);
    }

    @Test
    void itsSecretIsNotShown() {
        EngineId id = EngineId.create(HOME);

        assertThat(id.toString() + new EngineMessage.Ask(HOME, 1, id, "token", EngineMessage.Want.POLL))
                .doesNotContain(id.secret())
                .doesNotContain("token");
    }

    /** Each bit of 100,000 ids is set in half of them, give or take ten standard deviations. */
    @Test
    void itsBitsAreRandom() {
        int ids = 100_000;
        int[] set = new int[144];
        Set<String> different = new HashSet<>();
        for (int i = 0; i < ids; i++) {
            String secret = EngineId.create(HOME).secret();
            different.add(secret);
            byte[] bits = Base64.getUrlDecoder().decode(secret);
            for (int bit = 0; bit < set.length; bit++) {
                set[bit] += bits[bit / 8] >> (bit % 8) & 1;
            }
        }

        assertThat(different).hasSize(ids);
        assertThat(Arrays.stream(set).boxed())
                .allSatisfy(count -> assertThat(count).isBetween(48_419, 51_581));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "abc",
                "AAAAAAAAAAAAAAAAAAAAAAAA",
                "AAAAAAAAAAAAAAAAAAAAAAAA.1",
                "AAAAAAAAAAAAAAAAAAAAAAAA.-1.node",
                "AAAAAAAAAAAAAAAAAAAAAAAA.99999.node",
                "AAAAAAAAAAAAAAAAAAAAAAAA.1.no/de",
                "AAAAAAAAAAAAAAAAAAAAAAA=.1.node",
                "AAAAAAAAAAAAAAAAAAAAAAAA.1.node\n"
            })
    void whatWasNeverAnIdIsNone(String word) {
        assertThat(EngineId.read(word)).isEmpty();
    }
}
