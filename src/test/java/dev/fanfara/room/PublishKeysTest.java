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
        assertThat(isRepeat("k", text("a"), now)).isFalse();
        assertThat(isRepeat("k", text("a"), now)).isTrue();
        assertThat(isRepeat("other", text("a"), now)).isFalse();
    }

    @Test
    void anotherPayloadUnderTheSameKeyIsAConflict() {
        isRepeat("k", text("a"), now);

        assertThatThrownBy(() -> isRepeat("k", text("b"), now))
                .hasMessage("key: another payload was published under it");
        assertThatThrownBy(() ->
                        isRepeat("k", new Payload(Payload.Kind.DATA, text("a").json()), now))
                .hasMessage("key: another payload was published under it");
    }

    @Test
    void aKeyIsForgottenAfterItsLife() {
        isRepeat("k", text("a"), now);

        long later = now + PublishKeys.LIFE.toMillis();
        assertThat(isRepeat("k", text("a"), later)).isTrue();
        assertThat(isRepeat("k", text("b"), later + 1)).isFalse();
    }

    @Test
    void aRoomTakesOnlySoManyKeys() {
        for (int i = 0; i < PublishKeys.MAX_KEYS; i++) {
            isRepeat("k" + i, text("a"), now);
        }

        assertThatThrownBy(() -> isRepeat("one more", text("a"), now)).hasMessage("Rate limit exceeded");
        assertThat(isRepeat("k0", text("a"), now)).isTrue();
    }

    private boolean isRepeat(String key, Payload payload, long millis) {
        boolean repeat = keys.find(key, payload, millis) != null;
        if (!repeat) {
            keys.take(key, payload, 0, millis);
        }
        return repeat;
    }

    private static Payload text(String text) {
        return new Payload(Payload.Kind.TEXT, ('"' + text + '"').getBytes(StandardCharsets.UTF_8));
    }
}
