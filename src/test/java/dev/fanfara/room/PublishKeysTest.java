package dev.fanfara.room;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfara.protocol.Payload;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class PublishKeysTest {
    private final PublishKeys keys = new PublishKeys();
    private final long now = 1_000_000_000L;

    @Test
    void aKeyIsNewOnceAndARepeatAfterwards() {
        assertThat(keys.isRepeat("k", text("a"), now)).isFalse();
        assertThat(keys.isRepeat("k", text("a"), now)).isTrue();
        assertThat(keys.isRepeat("other", text("a"), now)).isFalse();
    }

    @Test
    void anotherPayloadUnderTheSameKeyIsAConflict() {
        keys.isRepeat("k", text("a"), now);

        assertThatThrownBy(() -> keys.isRepeat("k", text("b"), now))
                .hasMessage("key: another payload was published under it");
        assertThatThrownBy(() -> keys.isRepeat(
                        "k", new Payload(Payload.Kind.DATA, text("a").json()), now))
                .hasMessage("key: another payload was published under it");
    }

    @Test
    void aKeyIsForgottenAfterItsLife() {
        keys.isRepeat("k", text("a"), now);

        long later = now + PublishKeys.LIFE.toNanos();
        assertThat(keys.isRepeat("k", text("a"), later)).isTrue();
        assertThat(keys.isRepeat("k", text("b"), later + 1)).isFalse();
    }

    @Test
    void aRoomTakesOnlySoManyKeys() {
        for (int i = 0; i < PublishKeys.MAX_KEYS; i++) {
            keys.isRepeat("k" + i, text("a"), now);
        }

        assertThatThrownBy(() -> keys.isRepeat("one more", text("a"), now)).hasMessage("Rate limit exceeded");
        assertThat(keys.isRepeat("k0", text("a"), now)).isTrue();
    }

    private static Payload text(String text) {
        return new Payload(Payload.Kind.TEXT, ('"' + text + '"').getBytes(StandardCharsets.UTF_8));
    }
}
