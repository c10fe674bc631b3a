package dev.fanfara.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TargetTest {
    @Test
    void whatAUrlLeavesOutFollowsFromTheProtocol() {
        assertThat(of("ws://gate:8080", Dialect.NATIVE)).hasToString("ws://gate:8080/ws");
        assertThat(of("wss://gate/", Dialect.NATIVE)).hasToString("wss://gate:443/ws");
        assertThat(of("ws://gate:1/behind/a/proxy?x=1", Dialect.NATIVE)).hasToString("ws://gate:1/behind/a/proxy?x=1");
        assertThat(of("ws://gate:1", Dialect.SOCKET_IO))
                .hasToString("ws://gate:1/socket.io/?EIO=4&transport=websocket");
        assertThat(of("ws://[::1]:1", Dialect.NATIVE).address()).isEqualTo("::1");
    }

    @Test
    void aTokenIsNeverShown() {
        assertThat(Target.of("ws://gate:1", Dialect.NATIVE, "s3cret", false).toString())
                .doesNotContain("s3cret");
    }

    @Test
    void anyOtherUrlIsRefused() {
        assertThatThrownBy(() -> of("http://gate:8080", Dialect.NATIVE))
                .hasMessage("--url: expected ws://host:port/path or wss://…, was 'http://gate:8080'");
        assertThatThrownBy(() -> of("ws://not a url", Dialect.NATIVE)).hasMessage("--url: 'ws://not a url' is no URL");
    }

    private static Target of(String url, Dialect dialect) {
        return Target.of(url, dialect, null, false);
    }
}
