package dev.fanfara.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.testing.Eventually;
import dev.fanfara.testing.GatewayProcess;
import dev.fanfara.testing.RawSocket;
import dev.fanfara.testing.RawSocket.Frame;
import dev.fanfara.testing.TestClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.Deflater;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a client can do wrong on the wire, by mistake or on purpose. After each story the gateway serves others. */
class HostileClientIT {
    private static final int LIMIT = 64 * 1024;
    private static final long MIB = 1024 * 1024;

    private static GatewayProcess gateway;

    @BeforeAll
    static void start() {
        gateway = GatewayProcess.start(
                "--no-demo",
                "--set",
                "connections.heartbeat=1s",
                "--set",
                "connections.heartbeatTimeout=1s",
                "--set",
                "limits.handshake=1s",
                "--set",
                "limits.messages=1000000/1m",
                "--set",
                "server.compression={\"enabled\":true}",
                "--set",
                "server.allowedOrigins=[\"https://dash.example.com\"]");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @AfterEach
    void othersAreServed() {
        try (TestClient other = TestClient.connect(gateway)) {
            other.joins("others");
        }
    }

    @Test
    void protocolErrorsCloseWith1002() {
        byte[] unmasked = {(byte) 0x81, 1, 'a'};
        byte[] reservedOpcode = RawSocket.frame(0x83, new byte[0]);
        byte[] reservedBit = RawSocket.frame(0xA1, new byte[] {'a'});
        byte[] longPing = RawSocket.frame(0x89, new byte[126]);
        byte[] fragmentedPing = RawSocket.frame(0x09, new byte[0]);
        byte[] continuationOfNothing = RawSocket.frame(0x80, new byte[] {'a'});
        for (byte[] violation :
                new byte[][] {unmasked, reservedOpcode, reservedBit, longPing, fragmentedPing, continuationOfNothing}) {
            try (RawSocket client = connect()) {
                assertThat(client.write(violation).readCloseCode())
                        .as(Arrays.toString(Arrays.copyOf(violation, 4)))
                        .isEqualTo(1002);
                client.awaitEnd();
            }
        }
    }

    @Test
    void invalidUtf8ClosesWith1007() {
        byte[][] invalid = {
            {(byte) 0xC0, (byte) 0x80},
            {(byte) 0xED, (byte) 0xA0, (byte) 0x80},
            {(byte) 0xFF},
            {(byte) 0xE2, (byte) 0x82}
        };
        for (byte[] text : invalid) {
            try (RawSocket client = connect()) {
                assertThat(client.sends(true, RawSocket.TEXT, text).readCloseCode())
                        .isEqualTo(1007);
            }
        }
    }

    @Test
    void aCodePointMayBeSplitBetweenFragments() {
        byte[] euro = "{\"type\":\"ping\",\"id\":\"€\"}".getBytes(StandardCharsets.UTF_8);
        try (RawSocket client = connect()) {
            client.sends(false, RawSocket.TEXT, Arrays.copyOf(euro, 22));
            client.sends(true, RawSocket.CONTINUATION, Arrays.copyOfRange(euro, 22, euro.length));
            assertThat(client.readUntil(RawSocket.TEXT).text()).contains("\"welcome\"");
            assertThat(client.readUntil(RawSocket.TEXT).text()).contains("€");
        }
    }

    @Test
    void aMessageWhoseFirstFragmentIsEmptyIsDelivered() {
        try (RawSocket client = connect()) {
            client.sends(false, RawSocket.TEXT, new byte[0]);
            client.sends(true, RawSocket.CONTINUATION, "{\"type\":\"ping\"}".getBytes(StandardCharsets.UTF_8));
            assertThat(client.readUntil(RawSocket.TEXT).text()).contains("\"welcome\"");
            assertThat(client.readUntil(RawSocket.TEXT).text()).contains("\"pong\"");
        }
    }

    @Test
    void whatIsTooBigClosesWith1009() {
        try (RawSocket client = connect()) {
            assertThat(client.sends(true, RawSocket.TEXT, new byte[LIMIT + 1]).readCloseCode())
                    .isEqualTo(1009);
        }
        try (RawSocket client = connect()) {
            byte[] claims8ExaBytes = {(byte) 0x81, (byte) 0xFF, 0x3F, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4};
            assertThat(client.write(claims8ExaBytes).readCloseCode()).isEqualTo(1009);
        }
        try (RawSocket client = connect()) {
            byte[] part = new byte[LIMIT / 2];
            Arrays.fill(part, (byte) 'a');
            client.sends(false, RawSocket.TEXT, part).sends(false, RawSocket.CONTINUATION, part);
            assertThat(client.sends(true, RawSocket.CONTINUATION, part).readCloseCode())
                    .isEqualTo(1009);
        }
        try (RawSocket client = connect()) {
            ByteArrayOutputStream fragments = new ByteArrayOutputStream();
            fragments.writeBytes(RawSocket.frame(0x01, new byte[] {'a'}));
            for (int i = 0; i < 2_000; i++) {
                fragments.writeBytes(RawSocket.frame(0x00, new byte[] {'a'}));
            }
            assertThat(client.write(fragments.toByteArray()).readCloseCode()).isEqualTo(1009);
        }
    }

    @Test
    void aCompressionBombClosesWith1009() {
        byte[] bomb = deflated(new byte[(int) (60 * MIB)]);
        assertThat(bomb.length).isLessThan(LIMIT);
        long before = residentBytes();
        for (int i = 0; i < 8; i++) {
            try (RawSocket client =
                    RawSocket.upgraded(gateway.port(), "/ws", "Sec-WebSocket-Extensions: permessage-deflate")) {
                assertThat(client.write(RawSocket.frame(0xC1, bomb)).readCloseCode())
                        .isEqualTo(1009);
            }
        }
        assertThat(residentBytes() - before).isLessThan(60 * MIB);
    }

    @Test
    void reservedBitsThatCompressionDoesNotUseCloseWith1002() {
        byte[] second = RawSocket.frame(0xA1, new byte[] {'a'});
        byte[] third = RawSocket.frame(0x91, new byte[] {'a'});
        byte[] compressedPing = RawSocket.frame(0xC9, new byte[0]);
        byte[] start = RawSocket.frame(0x41, deflated(new byte[] {'a'}));
        byte[] compressedContinuation = RawSocket.frame(0xC0, new byte[] {'a'});
        for (byte[] violation : new byte[][] {second, third, compressedPing, concat(start, compressedContinuation)}) {
            assertThat(closeCodeOfCompressed(violation)).isEqualTo(1002);
        }
    }

    @Test
    void whatCannotBeInflatedClosesWith1002() {
        byte[] reservedBlockType = {7, 0, 0};
        assertThat(closeCodeOfCompressed(RawSocket.frame(0xC1, reservedBlockType)))
                .isEqualTo(1002);
    }

    private static int closeCodeOfCompressed(byte[] frames) {
        try (RawSocket client =
                RawSocket.upgraded(gateway.port(), "/ws", "Sec-WebSocket-Extensions: permessage-deflate")) {
            return client.write(frames).readCloseCode();
        }
    }

    private static byte[] concat(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    @Test
    void aCompressedCommandIsUnderstood() {
        byte[] ping = deflated("{\"type\":\"ping\",\"id\":7}".getBytes(StandardCharsets.UTF_8));
        try (RawSocket client =
                RawSocket.upgraded(gateway.port(), "/ws", "Sec-WebSocket-Extensions: permessage-deflate")) {
            client.readUntil(RawSocket.TEXT);
            client.write(RawSocket.frame(0xC1, ping));
            assertThat(client.readUntil(RawSocket.TEXT).text()).contains("\"pong\"");
        }
    }

    @Test
    void aPingIsAnsweredWithItsPayloadAndAFloodOfPingsClosesWith1008() {
        try (RawSocket client = connect()) {
            Frame pong =
                    client.sends(true, RawSocket.PING, new byte[] {1, 2, 3}).readUntil(RawSocket.PONG);
            assertThat(pong.payload()).containsExactly(1, 2, 3);
            for (int i = 0; i < 60; i++) {
                client.sends(true, RawSocket.PING, new byte[0]);
            }
            assertThat(client.readCloseCode()).isEqualTo(1008);
        }
    }

    @Test
    void aFloodOfPingsByAClientThatDoesNotReadCostsNoMemory() {
        long before = residentBytes();
        byte[] manyPings = new byte[131 * 1000];
        byte[] ping = RawSocket.frame(0x89, new byte[125]);
        for (int i = 0; i < 1000; i++) {
            System.arraycopy(ping, 0, manyPings, i * ping.length, ping.length);
        }
        try (RawSocket client = RawSocket.upgradedWithSmallBuffer(gateway.port(), "/ws")) {
            for (int i = 0; i < 500; i++) {
                client.write(manyPings);
            }
        } catch (UncheckedIOException cutOff) {
            assertThat(cutOff).hasMessageMatching(".*(reset|pipe|closed).*");
        }
        assertThat(residentBytes() - before).isLessThan(64 * MIB);
    }

    @Test
    void aClientThatDoesNotAnswerTheHeartbeatIsClosedWith4003() {
        try (RawSocket client = connect()) {
            assertThat(client.readCloseCode()).isEqualTo(4003);
            client.awaitEnd();
        }
    }

    @Test
    void aReaderThatStopsIsClosedAndTheOthersHearEverything() {
        int count = 400;
        String big = "x".repeat(32 * 1024);
        try (RawSocket stalled = RawSocket.upgradedWithSmallBuffer(gateway.port(), "/ws");
                TestClient reader = TestClient.connect(gateway);
                TestClient publisher = TestClient.connect(gateway)) {
            stalled.says("{'type':'join','room':'slow'}").readUntil(RawSocket.TEXT);
            assertThat(stalled.readUntil(RawSocket.TEXT).text()).contains("\"joined\"");
            reader.joins("slow");
            publisher.joins("slow");
            for (int i = 0; i < count; i++) {
                publisher.says("{'type':'message','data':{'i':" + i + ",'x':'" + big + "'},'id':" + i + "}");
                publisher.hears("ack");
            }
            for (int i = 0; i < count; i++) {
                assertThat(reader.hears("message").getJsonObject("data").getInteger("i"))
                        .isEqualTo(i);
            }
            Eventually.holds(() ->
                    assertThat(gateway.metric("fanfara_slow_consumers_total")).isEqualTo(1));
            assertThat(gateway.metric("fanfara_connections_closed_total{code=\"4002\"}"))
                    .isEqualTo(1);
            stalled.awaitEnd();
        }
    }

    @Test
    void halfARequestIsNotWaitedForLongerThanTheHandshakeMayTake() {
        try (RawSocket client = RawSocket.connect(gateway.port())) {
            client.write("GET /ws HTTP/1.1\r\nHost: a".getBytes(StandardCharsets.US_ASCII));
            client.awaitEnd();
        }
    }

    @Test
    void aBurstDoesNotCloseWhoReadsIt() {
        int count = 20;
        String big = "x".repeat(60_000);
        try (TestClient reader = TestClient.connect(gateway);
                RawSocket publisher = connect()) {
            reader.joins("burst");
            publisher.says("{'type':'join','room':'burst'}").readUntil(RawSocket.TEXT);
            assertThat(publisher.readUntil(RawSocket.TEXT).text()).contains("\"joined\"");
            ByteArrayOutputStream burst = new ByteArrayOutputStream();
            for (int i = 0; i < count; i++) {
                String message = "{\"type\":\"message\",\"data\":{\"i\":" + i + ",\"x\":\"" + big + "\"}}";
                burst.writeBytes(RawSocket.frame(0x81, message.getBytes(StandardCharsets.UTF_8)));
            }
            publisher.write(burst.toByteArray());
            for (int i = 0; i < count; i++) {
                assertThat(reader.hears("message").getJsonObject("data").getInteger("i"))
                        .isEqualTo(i);
            }
        }
    }

    @Test
    void aBrokenEscapeInTheQueryIsRefusedAndStaysOutOfTheLog() {
        for (String path : new String[] {"/ws?token=%zzCANARY", "/ws?%", "/ws?x=%zz&token=CANARY", "/echo?%"}) {
            try (RawSocket client = RawSocket.connect(gateway.port())) {
                assertThat(client.requestUpgrade(path)).as(path).startsWith("HTTP/1.1 400");
            }
        }
        assertThat(gateway.output()).doesNotContain("CANARY");
    }

    @Test
    void anUpgradeWithABodyIsRefusedAndLeavesNothingBehind() {
        for (String path : new String[] {"/ws", "/echo"}) {
            try (RawSocket client = RawSocket.connect(gateway.port())) {
                assertThat(client.requestUpgrade(path, "Content-Length: 9000")).startsWith("HTTP/1.1 400");
            }
        }
    }

    @Test
    void commandsThatAreNoObjectsCountAsCommands() {
        try (GatewayProcess strict = GatewayProcess.start("--no-demo", "--set", "limits.messages=3/1m");
                TestClient client = TestClient.connect(strict)) {
            client.says("1").says("[]").says("{").says("null");
            assertThat(client.hears("error").getString("code")).isEqualTo("bad-request");
            assertThat(client.hears("error").getString("code")).isEqualTo("bad-request");
            assertThat(client.hears("error").getString("code")).isEqualTo("invalid-json");
            assertThat(client.hears("error").getString("code")).isEqualTo("rate-limited");
        }
    }

    @Test
    void aForeignOriginIsRefusedBeforeTheUpgrade() {
        String own = "Origin: http://127.0.0.1:" + gateway.port();
        assertThat(upgradeStatus(own)).isEqualTo("101");
        assertThat(upgradeStatus("Origin: https://dash.example.com")).isEqualTo("101");
        assertThat(upgradeStatus("Origin: https://DASH.example.com:443")).isEqualTo("101");
        for (String foreign : new String[] {
            "https://evil.example",
            "http://dash.example.com",
            "https://dash.example.com.evil.example",
            "https://dash.example.com:444",
            "null",
            "http://127.0.0.1"
        }) {
            assertThat(upgradeStatus("Origin: " + foreign)).as(foreign).isEqualTo("403");
        }
    }

    private static String upgradeStatus(String header) {
        try (RawSocket client = RawSocket.connect(gateway.port())) {
            return client.requestUpgrade("/ws", header).substring(9, 12);
        }
    }

    @Test
    void echoSendsBackTextAndBinary() {
        try (RawSocket client = RawSocket.upgraded(gateway.port(), "/echo")) {
            assertThat(client.says("hé").readUntil(RawSocket.TEXT).text()).isEqualTo("hé");
            byte[] bytes = new byte[LIMIT];
            Arrays.fill(bytes, (byte) 0xFE);
            assertThat(client.sends(true, RawSocket.BINARY, bytes)
                            .readUntil(RawSocket.BINARY)
                            .payload())
                    .isEqualTo(bytes);
        }
    }

    @Test
    void theClosingHandshakeIsAnswered() {
        try (RawSocket client = connect()) {
            client.sends(true, RawSocket.CLOSE, new byte[] {0x03, (byte) 0xE8});
            assertThat(client.readCloseCode()).isEqualTo(1000);
            client.awaitEnd();
        }
    }

    private static RawSocket connect() {
        return RawSocket.upgraded(gateway.port(), "/ws");
    }

    private static long residentBytes() {
        try {
            return Files.readAllLines(Path.of("/proc/" + gateway.pid() + "/status")).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst()
                    .orElseThrow();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** As RFC 7692 section 7.2.1 wants it. */
    private static byte[] deflated(byte[] message) {
        Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
        deflater.setInput(message);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] part = new byte[8192];
        int length;
        do {
            length = deflater.deflate(part, 0, part.length, Deflater.SYNC_FLUSH);
            out.write(part, 0, length);
        } while (length == part.length);
        deflater.end();
        byte[] all = out.toByteArray();
        return Arrays.copyOf(all, all.length - 4);
    }
}
