package dev.fanfara.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.config.CompressionConfig;
import dev.fanfara.config.ServerConfig;
import dev.fanfara.config.TlsConfig;
import dev.fanfara.config.TransportKind;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OriginsTest {
    private static final TlsConfig TLS = new TlsConfig("", "", null);

    @ParameterizedTest
    @CsvSource({
        "https://app.example.com, true",
        "https://APP.example.com, true",
        "https://app.example.com:443, true",
        "https://app.example.com:8443, false",
        "http://app.example.com, false",
        "https://app.example.com.evil.tld, false",
        "https://evil.tld, false",
        "https://evilapp.example.com, false",
        "https://app.example.com/, false",
        "https://app.example.com@evil.tld, false",
        "https://app.example.com:, false",
        "https://app.example.com:0, false",
        "https://app.example.com:443443, false",
        "https://app.example.com:8a, false",
        "http://[::1]:3000, true",
        "http://localhost:3000, true",
        "null, false",
        "'', false",
        "app.example.com, false",
        "file://app.example.com, false",
    })
    void listedSiteIsComparedAsAWhole(String origin, boolean allowed) {
        Origins origins = origins(null, "https://app.example.com", "http://localhost:3000", "http://[::1]:3000");

        assertThat(origins.allow(List.of(origin), "gateway.example.com")).isEqualTo(allowed);
    }

    @ParameterizedTest
    @CsvSource({
        "http://gw.example.com:8080, gw.example.com:8080, true",
        "http://GW.example.com:8080, gw.EXAMPLE.com:8080, true",
        "http://gw.example.com, gw.example.com, true",
        "http://gw.example.com, gw.example.com:80, true",
        "https://gw.example.com, gw.example.com, true",
        "https://gw.example.com, gw.example.com:443, true",
        "http://gw.example.com, gw.example.com:443, false",
        "http://gw.example.com:8080, gw.example.com:8081, false",
        "http://gw.example.com.evil.tld:8080, gw.example.com:8080, false",
    })
    void pageOfTheGatewayItselfIsAllowed(String origin, String host, boolean allowed) {
        assertThat(origins(null).allow(List.of(origin), host)).isEqualTo(allowed);
    }

    @Test
    void pageFetchedWithoutTlsIsNoneOfAGatewayThatSpeaksTls() {
        assertThat(origins(TLS).allow(List.of("http://gw.example.com"), "gw.example.com"))
                .isFalse();
        assertThat(origins(TLS).allow(List.of("https://gw.example.com"), "gw.example.com"))
                .isTrue();
    }

    @Test
    void noOriginIsNoBrowser() {
        assertThat(origins(null).allow(List.of(), "gw.example.com")).isTrue();
        assertThat(origins(null).allow(List.of(), null)).isTrue();
    }

    @Test
    void twoOriginsAreNobodys() {
        Origins origins = origins(null, "https://a.example");

        assertThat(origins.allow(List.of("https://a.example", "https://a.example"), "gw"))
                .isFalse();
    }

    @Test
    void starAllowsEverySiteButNoNonsense() {
        Origins origins = origins(null, "*");

        assertThat(origins.allow(List.of("https://anyone.example"), "gw")).isTrue();
        assertThat(origins.allow(List.of("null"), "gw")).isFalse();
    }

    @Test
    void reloadCountsAtOnce() {
        AtomicReference<ServerConfig> config = new AtomicReference<>(server(null));
        Origins origins = new Origins(config::get);
        assertThat(origins.allow(List.of("https://a.example"), "gw")).isFalse();

        config.set(server(null, "https://a.example"));

        assertThat(origins.allow(List.of("https://a.example"), "gw")).isTrue();
    }

    private static Origins origins(@Nullable TlsConfig tls, String... allowed) {
        ServerConfig config = server(tls, allowed);
        return new Origins(() -> config);
    }

    private static ServerConfig server(@Nullable TlsConfig tls, String... allowed) {
        return new ServerConfig(
                "127.0.0.1",
                8080,
                TransportKind.NIO,
                1,
                List.of(allowed),
                List.of(),
                tls,
                new CompressionConfig(false, 1024));
    }
}
