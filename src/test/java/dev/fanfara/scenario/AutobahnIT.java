package dev.fanfara.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfara.testing.GatewayProcess;
import dev.fanfara.testing.RawSocket;
import dev.fanfara.testing.RawSocket.Frame;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the Autobahn test suite asks of a WebSocket server, under its numbers, at {@code /echo} in conformance mode.
 *
 * <p>A case is all a client sends at once and all it hears until the server ends the connection. Each is told a second time with
 * every byte in a packet of its own.
 */
class AutobahnIT {
    private static final int TEXT = 0x81;
    private static final int BINARY = 0x82;
    private static final int CLOSE = 0x88;
    private static final int PING = 0x89;
    private static final int PONG = 0x8A;
    private static final int FIRST_TEXT = 0x01;
    private static final int NEXT = 0x00;
    private static final int LAST = 0x80;
    private static final int RSV1 = 0x40;

    private static final int MIB = 1 << 20;
    private static final int SMALL = 200;
    private static final byte[] NORMAL = frame(CLOSE, code(1000));

    private static GatewayProcess gateway;

    @BeforeAll
    static void start() {
        gateway = GatewayProcess.start("--no-demo", "--conformance", "--set", "limits.connectionsPerIp=2");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private record Case(String id, byte[] sent, List<String> heard) {
        @Override
        public String toString() {
            return id;
        }
    }

    /** The client closes at the end. */
    private static Case fine(String id, byte[] sent, String... heard) {
        List<String> all = new ArrayList<>(List.of(heard));
        all.add("close 1000");
        return new Case(id, join(sent, NORMAL), all);
    }

    /** The server closes. */
    private static Case fails(String id, int code, byte[] sent, String... heard) {
        List<String> all = new ArrayList<>(List.of(heard));
        all.add("close " + code);
        return new Case(id, sent, all);
    }

    private static Stream<Case> framing() {
        List<Case> cases = new ArrayList<>();
        for (int size : new int[] {0, 125, 126, 127, 128, 65_535, 65_536}) {
            String text = "*".repeat(size);
            cases.add(fine("1.1 text of " + size, frame(TEXT, text), "text " + text));
            byte[] bytes = new byte[size];
            Arrays.fill(bytes, (byte) 0xFE);
            cases.add(fine("1.2 binary of " + size, frame(BINARY, bytes), heard("binary", bytes)));
        }
        cases.add(fine("10.1.1", fragmented("*".repeat(65_536), 1300), "text " + "*".repeat(65_536)));
        return cases.stream();
    }

    private static Stream<Case> pings() {
        byte[] noText = {0, (byte) 0xFF, (byte) 0xFE, (byte) 0xFD, (byte) 0xFC, (byte) 0xFB, 0, (byte) 0xFF};
        String longest = "*".repeat(125);
        String[] ten = IntStream.range(0, 10).mapToObj(n -> "pong payload-" + n).toArray(String[]::new);
        byte[] tenPings = join(IntStream.range(0, 10)
                .mapToObj(n -> frame(PING, "payload-" + n))
                .toArray(byte[][]::new));
        return Stream.of(
                fine("2.1", frame(PING, ""), "pong "),
                fine("2.2", frame(PING, "Hello, world!"), "pong Hello, world!"),
                fine("2.3", frame(PING, noText), heard("pong", noText)),
                fine("2.4, 2.6", frame(PING, longest), "pong " + longest),
                fails("2.5", 1002, frame(PING, "*".repeat(126))),
                fine("2.7", frame(PONG, "")),
                fine("2.8", frame(PONG, "unsolicited pong payload")),
                fine("2.9", join(frame(PONG, "unsolicited"), frame(PING, "ping payload")), "pong ping payload"),
                fine("2.10, 2.11", tenPings, ten));
    }

    private static Stream<Case> reservedBitsAndOpcodes() {
        List<Case> cases = new ArrayList<>();
        byte[] hello = frame(TEXT, "Hello");
        for (int rsv = 1; rsv <= 7; rsv++) {
            for (int first : new int[] {TEXT, BINARY, PING, PONG, CLOSE}) {
                byte[] reserved = frame(first | rsv << 4, "");
                String id = "3 rsv " + rsv + " of " + Integer.toHexString(first);
                cases.add(fails(id, 1002, join(hello, reserved, frame(PING, "")), "text Hello"));
            }
        }
        for (int opcode : new int[] {3, 4, 5, 6, 7, 11, 12, 13, 14, 15}) {
            for (String payload : new String[] {"", "reserved opcode payload"}) {
                byte[] reserved = frame(0x80 | opcode, payload);
                cases.add(fails(
                        "4 opcode " + opcode + " " + payload,
                        1002,
                        join(hello, reserved, frame(PING, "")),
                        "text Hello"));
            }
        }
        return cases.stream();
    }

    private static Stream<Case> fragments() {
        byte[] part1 = frame(FIRST_TEXT, "fragment1");
        byte[] part2 = frame(LAST, "fragment2");
        byte[] ping = frame(PING, "ping payload");
        byte[] hello = frame(TEXT, "Hello");
        byte[] nothing = frame(LAST, "non-continuation payload");
        byte[] nothingYet = frame(NEXT, "non-continuation payload");
        return Stream.of(
                fails("5.1", 1002, join(frame(PING & 0xF, "fragment1"), part2)),
                fails("5.2", 1002, join(frame(PONG & 0xF, "fragment1"), part2)),
                fine("5.3, 5.4, 5.5", join(part1, part2), "text fragment1fragment2"),
                fine("5.6, 5.7, 5.8", join(part1, ping, part2), "pong ping payload", "text fragment1fragment2"),
                fails("5.9, 5.10, 5.11", 1002, join(nothing, hello)),
                fails("5.12, 5.13, 5.14", 1002, join(nothingYet, hello)),
                fails("5.15", 1002, join(part1, part2, nothingYet, hello), "text fragment1fragment2"),
                fails("5.16", 1002, join(nothingYet, hello, part2)),
                fails("5.17", 1002, join(nothing, hello, part2)),
                fails("5.18", 1002, join(part1, frame(TEXT, "fragment2"))),
                fine(
                        "5.19, 5.20",
                        join(
                                part1,
                                frame(NEXT, "fragment2"),
                                frame(PING, "pongme 1"),
                                frame(NEXT, "fragment3"),
                                frame(NEXT, "fragment4"),
                                frame(PING, "pongme 2"),
                                frame(LAST, "fragment5")),
                        "pong pongme 1",
                        "pong pongme 2",
                        "text fragment1fragment2fragment3fragment4fragment5"),
                fine("6.1.1", frame(TEXT, ""), "text "),
                fine("6.1.2", join(frame(FIRST_TEXT, ""), frame(NEXT, ""), frame(LAST, "")), "text "),
                fine("6.1.3", join(frame(FIRST_TEXT, ""), frame(NEXT, "middle"), frame(LAST, "")), "text middle"));
    }

    private static Stream<Case> text() {
        String euro = "Hello-µ@ßöäüàá-UTF-8!!";
        List<Case> cases = new ArrayList<>();
        cases.add(fine("6.2.1", frame(TEXT, euro), "text " + euro));
        cases.add(fine("6.2.2", fragmented(euro, 7), "text " + euro));
        cases.add(fine("6.2.3", fragmented(euro, 1), "text " + euro));
        cases.add(fine("6.2.4", fragmented("κόσμε", 1), "text κόσμε"));
        for (String valid : VALID_TEXT.split(" ")) {
            byte[] bytes = HexFormat.of().parseHex(valid);
            cases.add(fine("6.5 to 6.23 " + valid, frame(TEXT, bytes), heard("text", bytes)));
        }
        for (String invalid : INVALID_TEXT.split(" ")) {
            byte[] bytes = HexFormat.of().parseHex(invalid);
            cases.add(fails("6.3, 6.6 to 6.21 " + invalid, 1007, frame(TEXT, bytes)));
            cases.add(fails("6.3.2 " + invalid, 1007, fragmented(bytes, 1)));
        }
        return cases.stream();
    }

    private static final String VALID_TEXT =
            "68656c6c6f24776f726c64 68656c6c6fc2a2776f726c64 68656c6c6fe282ac776f726c64"
                    + " 68656c6c6ff0a4ada2776f726c64 cebae1bdb9cf83cebcceb5 ceba cebae1bdb9 cebae1bdb9cf83 00 c280 e0a080 f0908080 7f"
                    + " dfbf efbfbf f48fbfbf ed9fbf ee8080 efbfbd efbfbe f09fbfbe f09fbfbf f0afbfbe f48fbfbe";

    /** With each prefix of a text that ends within a character, and surrogates and forms that are too long. */
    private static final String INVALID_TEXT =
            "cebae1bdb9cf83cebcceb5eda080656469746564 ce cebae1 cebae1bd cebae1bdb9cf"
                    + " f888808080 fc8480808080 f7bfbfbf fbbfbfbfbf fdbfbfbfbfbf f4908080 80 bf 80bf 80bf80 80bf80bf80bf c020 df20 e020"
                    + " ef20 f020 f720 f820 fb20 fc20 fd20 c0 e080 f08080 f8808080 fc80808080 df efbf f7bfbf fbbfbfbf fdbfbfbfbf fe ff"
                    + " fefeffff c0af e080af f08080af f8808080af fc80808080af c1bf e09fbf f08fbfbf f887bfbfbf fc83bfbfbfbf c080 e08080"
                    + " f0808080 f880808080 fc8080808080 eda080 edadbf edae80 edafbf edb080 edbe80 edbfbf eda080edb080 edafbfedbfbf";

    private static Stream<Case> closing() {
        byte[] hello = frame(TEXT, "Hello World!");
        byte[] notText = join(code(1000), HexFormat.of().parseHex("cebae1bdb9cf83cebcceb5eda080656469746564"));
        List<Case> cases = new ArrayList<>(List.of(
                fine("7.1.1", hello, "text Hello World!"),
                fine("7.1.2", NORMAL),
                new Case("7.1.3", join(NORMAL, frame(PING, "")), List.of("close 1000")),
                new Case("7.1.4", join(NORMAL, hello), List.of("close 1000")),
                fine("7.1.5", frame(FIRST_TEXT, "fragment1")),
                fine(
                        "7.1.6",
                        join(frame(TEXT, "BAsd7&jh23".repeat(26_000)), hello),
                        "text " + "BAsd7&jh23".repeat(26_000),
                        "text Hello World!"),
                new Case("7.3.1", frame(CLOSE, ""), List.of("close")),
                fails("7.3.2", 1002, frame(CLOSE, "a")),
                fine("7.3.3", new byte[0]),
                new Case("7.3.4", frame(CLOSE, join(code(1000), bytes("Hello World!"))), List.of("close 1000")),
                new Case("7.3.5", frame(CLOSE, join(code(1000), bytes("*".repeat(123)))), List.of("close 1000")),
                fails("7.3.6", 1002, frame(CLOSE, join(code(1000), bytes("*".repeat(124))))),
                fails("7.5.1", 1007, frame(CLOSE, notText))));
        for (int code : new int[] {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999}) {
            cases.add(fails("7.7 " + code, code, frame(CLOSE, code(code))));
        }
        for (int code : new int[] {0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999}) {
            cases.add(fails("7.9 " + code, 1002, frame(CLOSE, code(code))));
        }
        return cases.stream();
    }

    @ParameterizedTest
    @MethodSource({"framing", "pings", "reservedBitsAndOpcodes", "fragments", "text", "closing"})
    void isHeardWhateverThePackets(Case wanted) throws IOException {
        try (RawSocket client = echo()) {
            client.write(wanted.sent());
            assertThat(heardUntilTheEnd(client)).isEqualTo(wanted.heard());
        }
        if (wanted.sent().length <= SMALL) {
            try (RawSocket client = echo()) {
                for (byte each : wanted.sent()) {
                    client.tries(new byte[] {each});
                }
                assertThat(heardUntilTheEnd(client)).isEqualTo(wanted.heard());
            }
        }
    }

    /** It waits for no close frame that it could not tell from the rest. */
    @Test
    void theServerEndsInOrderWhatItCannotRead() throws IOException {
        try (RawSocket client = echo()) {
            client.write(frame(TEXT | RSV1, "Hello"));
            assertThat(client.readCloseCode()).isEqualTo(1002);
            assertThatThrownBy(client::read).isInstanceOf(EOFException.class);
        }
    }

    /** What is sent last is where it fails; the rest of the message never comes. */
    @Test
    void whatIsNoTextFailsAtItsFirstWrongByte() throws IOException {
        byte[] good = HexFormat.of().parseHex("cebae1bdb9cf83cebcceb5");
        byte[] wrong = HexFormat.of().parseHex("f490");
        byte[] more = new byte[8];
        byte[] one = frame(TEXT, join(good, wrong, more));
        byte[] first = frame(FIRST_TEXT, good);
        byte[] second = frame(NEXT, join(wrong, more));
        for (byte[] begun : new byte[][] {
            join(first, second), // 6.4.1, 6.4.2
            join(first, Arrays.copyOf(second, second.length - more.length)),
            Arrays.copyOf(one, one.length - more.length) // 6.4.3, 6.4.4
        }) {
            try (RawSocket client = echo()) {
                client.write(Arrays.copyOf(begun, begun.length - 1));
                client.write(new byte[] {begun[begun.length - 1]});
                assertThat(client.readCloseCode()).isEqualTo(1007);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {MIB / 16, MIB / 4, MIB, 4 * MIB, 8 * MIB, 16 * MIB})
    void bigMessagesComeBack(int size) throws IOException { // 9.1, 9.2
        byte[] big = words(size);
        for (int first : new int[] {TEXT, BINARY}) {
            try (RawSocket client = echo()) {
                assertThat(client.write(frame(first, big)).read().payload()).isEqualTo(big);
            }
        }
    }

    @Test
    void biggerOnesDoNot() {
        try (RawSocket client = echo()) {
            client.write(HexFormat.of().parseHex("82ff000000000100000100000000"));
            assertThat(client.readCloseCode()).isEqualTo(1009);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {64, 256, 1024, 4096, 16_384, 65_536, 262_144, MIB, 4 * MIB})
    void bigMessagesMayComeInFragments(int size) throws IOException { // 9.3, 9.4
        byte[] big = words(4 * MIB);
        try (RawSocket client = echo()) {
            assertThat(client.write(fragmented(big, size)).read().payload()).isEqualTo(big);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {64, 128, 256, 512, 1024, 2048})
    void bigMessagesMayComeInSmallPackets(int size) throws IOException { // 9.5, 9.6
        byte[] big = frame(TEXT, words(MIB));
        try (RawSocket client = echo()) {
            for (int at = 0; at < big.length; at += size) {
                client.write(Arrays.copyOfRange(big, at, Math.min(at + size, big.length)));
            }
            assertThat(client.read().payload()).isEqualTo(words(MIB));
        }
    }

    @Test
    void nobodyIsTooFast() throws IOException { // 9.7, 9.8
        try (RawSocket client = echo()) {
            for (int n = 0; n < 1000; n++) {
                assertThat(client.write(frame(TEXT, "*".repeat(n))).read().payload())
                        .hasSize(n);
                assertThat(client.write(frame(PING, "")).read().opcode()).isEqualTo(RawSocket.PONG);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"16,0", "256,0", "4096,0", "32768,0", "131072,0", "8192,256", "131072,256", "131072,32768"})
    void deflatedMessagesReferToEarlierOnes(int size, int fragment) throws IOException, DataFormatException { // 12, 13
        Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
        Inflater inflater = new Inflater(true);
        byte[] words = words(4 * MIB);
        int heard = 0;
        try (RawSocket client = echo("Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits")) {
            for (int n = 0; n < 30; n++) {
                byte[] message = Arrays.copyOfRange(words, n * 1000, n * 1000 + size);
                byte[] deflated = deflated(deflater, message);
                client.write(
                        fragment == 0
                                ? frame(TEXT | RSV1, deflated)
                                : fragmented(FIRST_TEXT | RSV1, deflated, fragment));
                Frame echo = client.read();

                assertThat(echo.isDeflated()).isTrue();
                assertThat(inflated(inflater, echo.payload(), size)).isEqualTo(message);
                heard += echo.payload().length;
            }
        }
        assertThat(heard).isLessThan(30 * (size / 2 + 8));
    }

    /** 13, with an independent client, whose inflater has the window that was agreed and no more. */
    @Test
    void everyParameterOfDeflatingIsKept() throws IOException, InterruptedException {
        Process node = new ProcessBuilder(
                        "node", "test/wire/deflated-echoes.mjs", "ws://127.0.0.1:" + gateway.port() + "/echo")
                .directory(Path.of("src", "main", "web").toFile())
                .redirectErrorStream(true)
                .start();
        String report = new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(node.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(report).isEqualTo("all as agreed\n");
    }

    @Test
    void connectionsAreNotCounted() {
        List<RawSocket> clients = IntStream.range(0, 10).mapToObj(n -> echo()).toList();
        for (RawSocket client : clients) {
            client.write(frame(TEXT, "Hello"));
            assertThat(client.readUntil(RawSocket.TEXT).text()).isEqualTo("Hello");
        }
        clients.forEach(RawSocket::close);
    }

    private static RawSocket echo(String... headers) {
        return RawSocket.upgraded(gateway.port(), "/echo", headers);
    }

    /** The client answers a close frame, as Autobahn's does, and the server is the one who ends the connection. */
    private static List<String> heardUntilTheEnd(RawSocket client) throws IOException {
        List<String> heard = new ArrayList<>();
        Frame frame;
        do {
            frame = client.read();
            heard.add(heard(frame));
        } while (frame.opcode() != RawSocket.CLOSE);
        client.tries(NORMAL);
        client.awaitEnd();
        return heard;
    }

    private static String heard(Frame frame) {
        return switch (frame.opcode()) {
            case RawSocket.TEXT -> heard("text", frame.payload());
            case RawSocket.BINARY -> heard("binary", frame.payload());
            case RawSocket.PONG -> heard("pong", frame.payload());
            default -> frame.payload().length == 0 ? "close" : "close " + frame.closeCode();
        };
    }

    private static String heard(String kind, byte[] payload) {
        return kind + " " + new String(payload, StandardCharsets.UTF_8);
    }

    private static byte[] frame(int first, String payload) {
        return RawSocket.frame(first, bytes(payload));
    }

    private static byte[] frame(int first, byte[] payload) {
        return RawSocket.frame(first, payload);
    }

    private static byte[] fragmented(String text, int size) {
        return fragmented(bytes(text), size);
    }

    private static byte[] fragmented(byte[] message, int size) {
        return fragmented(FIRST_TEXT, message, size);
    }

    private static byte[] fragmented(int first, byte[] message, int size) {
        ByteArrayOutputStream frames = new ByteArrayOutputStream();
        for (int at = 0; at < message.length; at += size) {
            int head = (at == 0 ? first : NEXT) | (at + size >= message.length ? LAST : 0);
            frames.writeBytes(frame(head, Arrays.copyOfRange(message, at, Math.min(at + size, message.length))));
        }
        return frames.toByteArray();
    }

    private static byte[] code(int code) {
        return new byte[] {(byte) (code >> 8), (byte) code};
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    /** Text that deflates about as text does. */
    private static byte[] words(int size) {
        String sentence = IntStream.range(0, 2000)
                .mapToObj(n -> "{\"sensor\":" + n * 7919 % 1000 + ",\"value\":" + n * 104_729 % 10_007 + "}")
                .collect(Collectors.joining(","));
        return Arrays.copyOf(bytes(sentence.repeat(size / sentence.length() + 1)), size);
    }

    private static byte[] deflated(Deflater deflater, byte[] message) {
        deflater.setInput(message);
        byte[] deflated = new byte[message.length + 100];
        int length = deflater.deflate(deflated, 0, deflated.length, Deflater.SYNC_FLUSH);
        return Arrays.copyOf(deflated, length - 4);
    }

    private static byte[] inflated(Inflater inflater, byte[] deflated, int size) throws DataFormatException {
        inflater.setInput(join(deflated, new byte[] {0, 0, -1, -1}));
        byte[] message = new byte[size + 1];
        return Arrays.copyOf(message, inflater.inflate(message));
    }
}
