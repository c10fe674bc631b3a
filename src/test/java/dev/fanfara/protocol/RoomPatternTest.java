package dev.fanfara.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RoomPatternTest {
    @ParameterizedTest
    @CsvSource({
        "dash,       dash",
        "dash:cpu,   dash:cpu",
        "dash:*,     dash:cpu",
        "*,          dash",
        "*:cpu,      dash:cpu",
        "*:*,        dash:cpu",
        "a:*:c,      a:b:c",
        "a:**,       a:b",
        "a:**,       a:b:c:d",
        "*:**,       a:b:c",
        "**,         a",
        "**,         a:b:c",
        "**,         :",
        "a:,         a:",
        "a:*,        a:",
        "a:**,       a:",
        "'a::b',     'a::b'",
        "a:*:b,      'a::b'",
        "team.a,     team.a",
        "a/b:*,      a/b:c/d",
    })
    void matches(String pattern, String room) {
        assertThat(new RoomPattern(pattern).matches(new RoomName(room))).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "a:**,     a",
        "a:**,     ab:c",
        "a:**,     ab",
        "a:*,      a",
        "a:*,      ab:c",
        "a:*,      a:b:c",
        "a:*,      A:b",
        "a:b,      a:B",
        "*,        a:b",
        "*:*,      a",
        "*:*,      a:b:c",
        "a,        a:",
        "a:,       a",
        "a:*:c,    a:b",
        "a:*:c,    a:b:d",
        "a:*:c,    a:c",
        "team:a:*, team:ab",
        "team:a:*, team:a",
        "team:a:*, TEAM:a:b",
        "team.a,   team.ab",
        "ab,       a",
        "a,        ab",
    })
    void doesNotMatch(String pattern, String room) {
        assertThat(new RoomPattern(pattern).matches(new RoomName(room))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a*",
                "*a",
                "a.*",
                "***",
                "**:a",
                "a:**:b",
                "a:b*",
                "a b",
                "a:\u200b",
                "caf\u00e9",
                "(a+)+",
                "[a]",
                "a?",
                "\uFF0A",
                "a\n",
                "a%2A",
                "a\u0000"
            })
    void malformedPatternsAreRefused(String pattern) {
        assertThatIllegalArgumentException().isThrownBy(() -> new RoomPattern(pattern));
    }

    @Test
    void aPatternIsAtMostAsLongAsARoomName() {
        assertThat(new RoomPattern("a".repeat(255)).matches(new RoomName("a".repeat(255))))
                .isTrue();
        assertThatIllegalArgumentException().isThrownBy(() -> new RoomPattern("a".repeat(256)));
    }

    @Test
    void theWorstPatternIsMatchedInOnePass() {
        RoomPattern worst = new RoomPattern("*:".repeat(127) + "b");
        RoomName room = new RoomName("a:".repeat(127) + "c");

        assertTimeout(Duration.ofSeconds(1), () -> {
            for (int i = 0; i < 1_000; i++) {
                assertThat(worst.matches(room)).isFalse();
            }
        });
    }
}
