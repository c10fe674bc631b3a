package dev.fanfara.http.route;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PassedOnTest {
    @ParameterizedTest
    @CsvSource({
        "token=x, ''",
        "a=1&token=x, a=1",
        "token=x&a=1, a=1",
        "a=1&token=x&b=2, a=1&b=2",
        "a=1;token=x;b=2, a=1;b=2",
        "%74oken=x&a=1, a=1",
        "a=1&token&token=, a=1",
        "tokens=x&a=token, tokens=x&a=token",
        "a=1&&b, a=1&&b"
    })
    void queryLosesItsTokenAndNothingElse(String query, String rest) {
        assertThat(PassedOn.withoutToken(query)).isEqualTo(rest);
    }
}
