package dev.fanfara.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.config.ApiKeyConfig;
import dev.fanfara.protocol.RoomPattern;
import dev.fanfara.protocol.Scope;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ApiKeysTest {
    private final ApiKeys keys = new ApiKeys(List.of(
            new ApiKeyConfig("backend", "correct horse battery staple", Set.of(Scope.PUBLISH), null),
            new ApiKeyConfig("next", "another key", Set.of(), List.of(new RoomPattern("dash:*")))));

    @Test
    void aKeyIsKnownByItsName() {
        Identity backend = keys.find("correct horse battery staple").orElseThrow();

        assertThat(backend.kind()).isEqualTo(Identity.Kind.API_KEY);
        assertThat(backend.user()).isEqualTo("backend");
        assertThat(backend.scopes()).containsExactly(Scope.PUBLISH);
        assertThat(backend.rooms()).isNull();
    }

    @Test
    void severalKeysAreInForceAtOnce() {
        assertThat(keys.find("another key").orElseThrow().user()).isEqualTo("next");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "correct horse battery stapl",
                "correct horse battery staple ",
                "Correct horse battery staple",
                "backend"
            })
    void anythingElseIsNobody(String presented) {
        assertThat(keys.find(presented)).isEmpty();
    }

    @Test
    void withoutKeysNothingMatches() {
        assertThat(new ApiKeys(List.of()).find("")).isEmpty();
        assertThat(new ApiKeys(List.of()).isEmpty()).isTrue();
    }
}
