package dev.fanfara.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenCarriersTest {
    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "a.b.c, -,            -",
                "-,     Bearer a.b.c, -",
                "-,     bearer a.b.c, -",
                "-,     BEARER  a.b.c, -",
                "-,     -,            'fanfara.v1, bearer.a.b.c'",
                "-,     -,            'bearer.a.b.c,fanfara.v1'",
                "-,     -,            'bearer.a.b.c'",
                "a.b.c, Bearer a.b.c, 'fanfara.v1, bearer.a.b.c'",
                "a.b.c, Basic YTpi,   fanfara.v1",
                "'',    Bearer a.b.c, ''",
            })
    void aTokenIsFoundWhereverItStands(
            @Nullable String query, @Nullable String authorization, @Nullable String subprotocols) {
        assertThat(TokenCarriers.find(query, authorization, subprotocols)).contains("a.b.c");
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "-,  -,          -",
                "'', 'Bearer ',  ''",
                "-,  Basic YTpi, 'fanfara.v1, bearer'",
                "-,  Bearera,    'fanfara.v1, bearer.'",
                "-,  -,          'Bearer.a.b.c'",
            })
    void noTokenIsNoToken(@Nullable String query, @Nullable String authorization, @Nullable String subprotocols) {
        assertThat(TokenCarriers.find(query, authorization, subprotocols)).isEqualTo(Optional.empty());
    }

    @Test
    void twoDifferentTokensAreRefused() {
        assertRefused("a.b.c", "Bearer a.b.d", null);
        assertRefused("a.b.c", null, "bearer.a.b.d");
        assertRefused(null, null, "bearer.a.b.c, bearer.a.b.d");
    }

    private static void assertRefused(
            @Nullable String query, @Nullable String authorization, @Nullable String subprotocols) {
        assertThatExceptionOfType(TokenRejected.class)
                .isThrownBy(() -> TokenCarriers.find(query, authorization, subprotocols))
                .withMessage("malformed");
    }
}
