package dev.fanfara.http.route;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestPathTest {
    @ParameterizedTest
    @CsvSource({
        "/app, /app",
        "/app/, /app/",
        "/app/a%20b, /app/a b",
        "/app/a+b, /app/a+b",
        "/%61pp, /app",
        "//app///x, /app/x",
        "/app%2Fx, /app/x",
        "/app%5Cx, /app/x",
        "/app;v=1/x;y, /app/x",
        "/app/..., /app/...",
        "/app/.well-known, /app/.well-known"
    })
    void allSpellingsOfAPathAreOne(String raw, String path) {
        assertThat(RequestPath.of(raw)).hasValue(path);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/app/../x",
                "/app/..",
                "/./x",
                "/app/%2e%2E/x",
                "/app/..%2fx",
                "/app/..;a=b/x",
                "/app/..%5cx",
                "/app/%00",
                "/app/%0d%0a",
                "/app/%zz",
                "/app/%",
                "app",
                "*"
            })
    void pathThatNoHonestClientSendsIsNone(String raw) {
        assertThat(RequestPath.of(raw)).isEmpty();
    }
}
