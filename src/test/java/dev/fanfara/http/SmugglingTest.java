package dev.fanfara.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever two servers in a row could read differently gets one refusal at most, and a closed connection. */
class SmugglingTest {
    private static final String SECOND = "GET /api/stats HTTP/1.1\r\nHost: x\r\n\r\n";
    private static final Pattern STATUS_LINE = Pattern.compile("HTTP/\\d\\.\\d (\\d{3})");

    private static HttpRig rig;

    @BeforeAll
    static void start() {
        rig = HttpRig.with();
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    static Stream<Arguments> probes() {
        String post = "POST /api/broadcast HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
        return Stream.of(
                Arguments.of(
                        "CL and TE",
                        post + "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG" + SECOND,
                        "400"),
                Arguments.of(
                        "TE and CL",
                        post + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n5c\r\n" + SECOND + "0\r\n\r\n",
                        "400"),
                Arguments.of(
                        "CL and TE in HTTP/1.0",
                        "POST /api/broadcast HTTP/1.0\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
                                + SECOND,
                        "400"),
                Arguments.of("unknown TE", post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + SECOND, "400"),
                Arguments.of(
                        "TE twice",
                        post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" + SECOND,
                        "400"),
                Arguments.of(
                        "two different CL",
                        post + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello" + SECOND,
                        "400"),
                Arguments.of("CL with sign", post + "Content-Length: +5\r\n\r\nhello" + SECOND, "400"),
                Arguments.of("negative CL", post + "Content-Length: -1\r\n\r\n" + SECOND, "400"),
                Arguments.of("blank before colon", post + "Content-Length : 5\r\n\r\nhello" + SECOND, "400"),
                Arguments.of("obs-fold", "GET / HTTP/1.1\r\nHost: x\r\nX-A: a\r\n b\r\n\r\n" + SECOND, "400"),
                Arguments.of("control bytes first", "\u0000\u0001GET / HTTP/1.1\r\nHost: x\r\n\r\n" + SECOND, "400"),
                Arguments.of("bare CR in a header", "GET / HTTP/1.1\r\nHost: x\r\nX-A: a\rb\r\n\r\n" + SECOND, "400"),
                Arguments.of("NUL in a header", "GET / HTTP/1.1\r\nHost: x\r\nX-A: a\u0000b\r\n\r\n" + SECOND, "400"),
                Arguments.of("no Host", "GET / HTTP/1.1\r\n\r\n" + SECOND, "400"),
                Arguments.of("two Hosts", "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n" + SECOND, "400"),
                Arguments.of("a Host that is none", "GET / HTTP/1.1\r\nHost: x/y\r\n\r\n" + SECOND, "400"),
                Arguments.of("absolute form", "GET http://y/ HTTP/1.1\r\nHost: x\r\n\r\n" + SECOND, "400"),
                Arguments.of("TRACE", "TRACE / HTTP/1.1\r\nHost: x\r\n\r\n" + SECOND, "405"),
                Arguments.of("CONNECT", "CONNECT y:80 HTTP/1.1\r\nHost: x\r\n\r\n" + SECOND, "405"),
                Arguments.of("unknown method", "SPAM / HTTP/1.1\r\nHost: x\r\n\r\n" + SECOND, "405"),
                Arguments.of("long request line", "GET /" + "a".repeat(9_000) + " HTTP/1.1\r\nHost: x\r\n\r\n", "414"),
                Arguments.of(
                        "long header", "GET / HTTP/1.1\r\nHost: x\r\nX-A: " + "a".repeat(17_000) + "\r\n\r\n", "431"),
                Arguments.of("h2c prior knowledge", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + SECOND, "501"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("probes")
    void ambiguousRequestIsRefusedOnceAndTheConnectionClosed(String name, String request, String status) {
        try (RawClient client = rig.raw()) {
            String answer = client.send(request).untilClosed();

            assertThat(STATUS_LINE.matcher(answer).results().map(line -> line.group(1)))
                    .as(answer)
                    .containsExactly(status);
        }
        assertThat(rig.announced).isEmpty();
    }

    @Test
    void h2cUpgradeIsIgnored() {
        try (RawClient client = rig.raw()) {
            String answer = client.send(
                            "GET /api/stats HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings, close\r\n"
                                    + "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n")
                    .untilClosed();

            assertThat(answer).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrder() {
        try (RawClient client = rig.raw()) {
            String answer = client.send("GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n" + SECOND
                            + "GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                    .untilClosed();

            assertThat(STATUS_LINE.matcher(answer).results().map(line -> line.group(1)))
                    .containsExactly("404", "200", "404");
        }
    }

    @Test
    void nothingBehindABrokenChunkIsRead() {
        try (RawClient client = rig.raw()) {
            String answer = client.send(
                            "POST /api/broadcast HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                                    + "Transfer-Encoding: chunked\r\n\r\nzz\r\n" + SECOND)
                    .untilClosed();

            assertThat(STATUS_LINE.matcher(answer).results().count()).isLessThanOrEqualTo(1);
            assertThat(answer).doesNotContain(" 200 ");
        }
    }
}
