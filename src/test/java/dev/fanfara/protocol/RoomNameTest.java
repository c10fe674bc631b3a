package dev.fanfara.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RoomNameTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "dash:cpu",
                "team.a.b",
                "a:",
                ":",
                "user@example.com",
                "path/to/room",
                "A-Z_0-9",
                "a..b",
                "."
            })
    void namesOfTheContractAreAccepted(String name) {
        assertThat(new RoomName(name).value()).isEqualTo(name);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "a b",
                "a*",
                "team.a.*",
                "**",
                "a%00",
                "a\u0000",
                "a\n",
                "\uFF54eam.a.b",
                "team.a.b\u200b",
                "caf\u00e9",
                "cafe\u0301",
                "a\u202eb",
                "a?b",
                "a#b",
                "a\\b"
            })
    void otherCharactersAreRefused(String name) {
        assertRefused(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/a", "a/", "a//b", "a/./b", "a/../b", "../a", "a/..", "/"})
    void partsThatAProxyWouldRewriteAreRefused(String name) {
        assertRefused(name);
    }

    @Test
    void aRoomOfAnotherNamespaceIsAnotherRoomThatNobodyCanNameFromOutside() {
        RoomName inside = RoomName.in("/admin", "dash:cpu");

        assertThat(inside).isNotEqualTo(new RoomName("dash:cpu"));
        assertThat(inside.name()).isEqualTo("dash:cpu");
        assertThat(inside.namespace()).isEqualTo("/admin");
        assertThat(RoomName.of(inside.value())).isEqualTo(inside);
        assertThat(RoomName.of("dash:cpu")).isEqualTo(RoomName.in("/", "dash:cpu"));
        assertThat(new RoomPattern("dash:*").matches(inside)).isTrue();
        assertRefused(inside.value());
    }

    @Test
    void aNameHasAtMost255Characters() {
        assertThat(new RoomName("a".repeat(255)).value()).hasSize(255);
        assertRefused("a".repeat(256));
        assertRefused("a".repeat(1024));
    }

    @Test
    void caseCounts() {
        assertThat(new RoomName("TEAM.a")).isNotEqualTo(new RoomName("team.a"));
    }

    private static void assertRefused(String name) {
        assertThatExceptionOfType(Refusal.class)
                .isThrownBy(() -> new RoomName(name))
                .satisfies(refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.BAD_REQUEST))
                .withMessageStartingWith("room: expected 1 to 255 characters");
    }
}
