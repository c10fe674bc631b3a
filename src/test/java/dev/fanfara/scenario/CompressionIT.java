package dev.fanfara.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.testing.GatewayProcess;
import dev.fanfara.testing.Inflated;
import dev.fanfara.testing.RawSocket;
import dev.fanfara.testing.RawSocket.Frame;
import dev.fanfara.testing.TestClient;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** permessage-deflate, as real clients speak it. */
class CompressionIT {
    private static final int COUNT = 200;
    private static final String BROWSER = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits";

    private static GatewayProcess gateway;

    @BeforeAll
    static void start() {
        gateway = GatewayProcess.start(
                "--no-demo",
                "--set",
                "limits.messages=1000000/1m",
                "--set",
                "server.compression={\"enabled\":true,\"threshold\":\"512B\"}");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @Test
    void membersOfAllKindsHearTheSameAndWhoAgreedReadsLess() throws IOException, InterruptedException {
        JsonObject heard;
        try (TestClient plain = TestClient.connect(gateway)) {
            plain.joins("mixed");
            heard = playMembers("mixed");
            for (int n = 0; n < COUNT; n++) {
                assertThat(plain.hears("message").getJsonObject("data").getInteger("n"))
                        .isEqualTo(n);
            }
        }

        for (String member : heard.fieldNames()) {
            assertThat(right(heard, member)).as(heard.encode()).isEqualTo(COUNT);
        }
        for (String agreed : List.of("browser", "takeover", "noTakeover", "smallClientWindow")) {
            assertThat(agreement(heard, agreed)).startsWith("permessage-deflate");
            // A seventh of the text is noise in Base64, which gets a quarter smaller.
            assertThat(bytes(heard, agreed)).isLessThan(bytes(heard, "none") / 3);
        }
        assertThat(agreement(heard, "browser")).contains("client_no_context_takeover");
        assertThat(agreement(heard, "takeover")).doesNotContain("no_context_takeover");
        assertThat(agreement(heard, "noTakeover")).contains("server_no_context_takeover");
        for (String plain : List.of("smallServerWindow", "none")) {
            assertThat(agreement(heard, plain)).isEmpty();
        }
    }

    private static JsonObject playMembers(String room) throws IOException, InterruptedException {
        Process node = new ProcessBuilder(
                        "node",
                        "test/wire/compressed-members.mjs",
                        "ws://127.0.0.1:" + gateway.port() + "/ws",
                        room,
                        Integer.toString(COUNT))
                .directory(Path.of("src", "main", "web").toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String report = new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(node.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new JsonObject(report);
    }

    private static int right(JsonObject heard, String member) {
        return heard.getJsonObject(member).getInteger("right");
    }

    private static int bytes(JsonObject heard, String member) {
        return heard.getJsonObject(member).getInteger("bytes");
    }

    private static String agreement(JsonObject heard, String member) {
        return heard.getJsonObject(member).getString("agreed");
    }

    /** Windows and context are for conformance mode. */
    @Test
    void echoOfAnOrdinaryNodeIsAsAnyOtherSocket() {
        try (RawSocket client = RawSocket.connect(gateway.port())) {
            String offer =
                    "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=10, permessage-deflate";
            assertThat(client.requestUpgrade("/echo", offer, "Origin: " + gateway.url()))
                    .containsIgnoringCase(
                            "sec-websocket-extensions: permessage-deflate; client_no_context_takeover\r\n");
            assertThat(client.says("Hello").readUntil(RawSocket.TEXT)).satisfies(echo -> {
                assertThat(echo.isDeflated()).isFalse();
                assertThat(echo.text()).isEqualTo("Hello");
            });
            client.write(HexFormat.of().parseHex("82ff000000000001000100000000"));
            assertThat(client.readCloseCode()).isEqualTo(1009);
        }
    }

    @Test
    void publicationsCanBeInflatedInAnyOrder() {
        List<Frame> frames = new ArrayList<>();
        try (RawSocket member = RawSocket.upgraded(gateway.port(), "/ws", BROWSER);
                TestClient publisher = TestClient.connect(gateway)) {
            member.says("{'type':'join','room':'any-order'}").readUntil(RawSocket.TEXT);
            assertThat(member.readUntil(RawSocket.TEXT).text()).contains("\"joined\"");
            publisher.joins("any-order");
            assertThat(member.readUntil(RawSocket.TEXT).text()).contains("\"user-joined\"");
            for (int n = 0; n < 5; n++) {
                publisher.says("{'type':'message','data':{'n':" + n + ",'x':'" + "abc".repeat(300) + "'}}");
                frames.add(member.readUntil(RawSocket.TEXT));
            }
        }

        Collections.reverse(frames);
        assertThat(frames).allMatch(Frame::isDeflated);
        assertThat(frames)
                .extracting(frame -> new JsonObject(Inflated.text(frame.payload()))
                        .getJsonObject("data")
                        .getInteger("n"))
                .containsExactly(4, 3, 2, 1, 0);
    }
}
