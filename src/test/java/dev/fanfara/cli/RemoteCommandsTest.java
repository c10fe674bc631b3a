package dev.fanfara.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What the commands ask of a gateway, and what they make of its answers. */
class RemoteCommandsTest {
    private static final String CANARY = "canary-of-a-token";

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final Deque<Scripted> script = new ArrayDeque<>();
    private final List<Asked> asked = Collections.synchronizedList(new ArrayList<>());
    private HttpServer server;

    private record Scripted(int status, String body, Map<String, String> headers) {}

    private record Asked(String line, String body, Map<String, List<String>> headers) {
        @Nullable
        String header(String name) {
            return headers.containsKey(name) ? headers.get(name).get(0) : null;
        }
    }

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        asked.add(new Asked(
                exchange.getRequestMethod() + " " + exchange.getRequestURI().getRawPath()
                        + (exchange.getRequestURI().getRawQuery() == null
                                ? ""
                                : "?" + exchange.getRequestURI().getRawQuery()),
                new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8),
                Map.copyOf(exchange.getRequestHeaders())));
        Scripted answer = script.size() > 1 ? script.remove() : script.element();
        answer.headers().forEach(exchange.getResponseHeaders()::add);
        byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(answer.status(), answer.status() == 204 ? -1 : 0);
        try (OutputStream to = exchange.getResponseBody()) {
            to.write(body);
        }
    }

    private void answers(int status, String body, String... headers) {
        script.add(new Scripted(
                status, body.replace('\'', '"'), headers.length == 0 ? Map.of() : Map.of(headers[0], headers[1])));
    }

    // publish

    @Test
    void jsonIsPublishedAsItWasGiven() {
        answers(200, "{}");

        assertThat(publish("dash/a", "{\"n\": 1.10}", "--user", "o\"ps", "--key", "k1"))
                .isEqualTo(0);
        assertThat(asked.get(0).line()).isEqualTo("POST /api/rooms/dash%2Fa/messages");
        assertThat(asked.get(0).body()).isEqualTo("{\"user\":\"o\\\"ps\",\"data\":{\"n\": 1.10}}");
        assertThat(asked.get(0).header("Idempotency-key")).isEqualTo("k1");
        assertThat(out.toString()).isEqualTo("dash/a: published\n");
    }

    @Test
    void aPatchGoesToTheState() {
        answers(200, "{'epoch':'e','offset':7,'duplicate':true}");

        assertThat(publish("dash:a", "{\"n\":1}", "--state")).isEqualTo(0);
        assertThat(asked.get(0).line()).isEqualTo("PATCH /api/rooms/dash%3Aa/state");
        assertThat(asked.get(0).body()).isEqualTo("{\"n\":1}");
        assertThat(out.toString()).isEqualTo("dash:a: published, offset 7 of epoch e, a duplicate\n");
    }

    @Test
    void eachLineOfStandardInputIsPublished() {
        answers(200, "{'epoch':'e','offset':1}");

        assertThat(run(publishFrom("1\n\n\"two\"\n"), "log:a", "-", "--json")).isEqualTo(0);
        assertThat(asked).extracting(Asked::body).containsExactly("{\"data\":1}", "{\"data\":\"two\"}");
        assertThat(out.toString()).isEqualTo("{\"epoch\":\"e\",\"offset\":1}\n".repeat(2));
    }

    @Test
    void aBrokenLineOfStandardInputIsNamedAndEndsIt() {
        answers(200, "{}");

        assertThat(run(publishFrom("1\n{\"a\":\n3\n"), "log:a", "-")).isEqualTo(1);
        assertThat(asked).hasSize(1);
        assertThat(err.toString()).startsWith("fanfara publish: line 2: broken JSON");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "a {",
                "a 1 --text x",
                "a_b! 1",
                "a 1 --state",
                "a --text x --state",
                "a - --key k",
                "a 1 --key a\u00e4",
                "a 1 --url ftp://x",
                "a 1 --url http://user:canary-of-a-token@x",
                "a 1 --url http://x?token=canary-of-a-token",
                "a 1 --token a --api-key b"
            })
    void whatMakesNoSenseIsAUsageError(String arguments) {
        assertThat(run(new PublishCommand(noInput(), new RemoteOptions(Map.of())), arguments.split(" ")))
                .isEqualTo(2);
        assertThat(asked).isEmpty();
        assertThat(err.toString()).contains("Usage: publish").doesNotContain(CANARY);
    }

    // Who asks

    @Test
    void tokensAndKeysComeFromOptionsFilesAndTheEnvironment() throws Exception {
        answers(200, "{}");
        String url = url();
        String file = Files.writeString(folder.resolve("token"), "from-file\n").toString();
        Map<String, String> environment =
                Map.of("FANFARA_URL", url, "FANFARA_TOKEN", "from-env", "FANFARA_API_KEY", "key-env");

        run(publish(environment), "a", "1");
        run(publish(environment), "a", "1", "--token", "given");
        run(publish(environment), "a", "1", "--token-file", file);
        run(publish(environment), "a", "1", "--api-key", "key");
        run(publish(Map.of("FANFARA_URL", url, "FANFARA_API_KEY", "key-env")), "a", "1");

        assertThat(asked)
                .extracting(each -> each.header("Authorization") + " " + each.header("X-api-key"))
                .containsExactly(
                        "Bearer from-env null",
                        "Bearer given null",
                        "Bearer from-file null",
                        "null key",
                        "null key-env");
    }

    @Test
    void aTokenThatIsNoneIsNotShown() {
        assertThat(publish("a", "1", "--token", CANARY + "\n")).isEqualTo(2);
        assertThat(run(publish(Map.of("FANFARA_TOKEN", CANARY + " ")), "a", "1"))
                .isEqualTo(2);
        assertThat(publish("a", "1", "--token-file", folder + "/none")).isEqualTo(1);
        assertThat(err.toString()).contains("--token: expected printable ASCII").doesNotContain(CANARY);
    }

    // What a gateway says

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    401 | {'code':'unauthorized','detail':'Invalid credentials'} | | 401 unauthorized: Invalid credentials; give --token, --token-file or --api-key
                    403 | {'code':'forbidden','detail':'Not allowed'} | | 403 forbidden: Not allowed
                    404 | {'code':'not-found','detail':'No state'} | | 404 not-found: No state
                    429 | {'code':'rate-limited','detail':'Rate limit exceeded'} | 3 | 429 rate-limited: Rate limit exceeded; try again in 3 s
                    503 | {'code':'unavailable','detail':'No majority'} | Fri, 01 Jan 2100 00:00:00 GMT | 503 unavailable: No majority
                    404 | <html>nothing | | 404: what answers there may be no Fanfara gateway
                    200 | <html>welcome | | URL: what answers there is no Fanfara gateway
                    """)
    void aNoIsOneLine(int status, String body, @Nullable String retryAfter, String line) {
        answers(status, body, "Retry-After", retryAfter == null ? "" : retryAfter);

        assertThat(publish("a", "1", "--token", CANARY)).isEqualTo(1);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString()).isEqualTo("fanfara publish: " + line.replace("URL", url()) + "\n");
    }

    @Test
    void nobodyThereIsOneLine() {
        server.stop(0);

        assertThat(publish("a", "1")).isEqualTo(1);
        assertThat(err.toString())
                .isEqualTo("fanfara publish: " + url() + ": nobody listens there (connection refused)\n");
    }

    // rooms, stats

    @Test
    void roomsAreListedPageByPage() {
        answers(
                200,
                "{'rooms':[{'room':'dash:a','mode':'state','members':3,'offset':17},"
                        + "{'room':'lobby','mode':'plain','members':12}],'next':'a/b','missing':[]}");
        answers(200, "{'rooms':[{'room':'dash:b','mode':'log','members':1,'offset':0}],'missing':['n2']}");

        assertThat(run(new RoomsCommand(options()), "dash:")).isEqualTo(0);
        assertThat(asked)
                .extracting(Asked::line)
                .containsExactly("GET /api/rooms?limit=1000", "GET /api/rooms?limit=1000&cursor=a%2Fb");
        assertThat(out.toString()).isEqualTo("""
                         MEMBERS  MODE       OFFSET  ROOM
                               3  state          17  dash:a
                               1  log             0  dash:b
                        """);
        assertThat(err.toString()).isEqualTo("fanfara rooms: incomplete: no answer from [\"n2\"]\n");
    }

    @Test
    void roomsAsJsonAreOneALine() {
        answers(200, "{'rooms':[{'room':'a','mode':'plain','members':1},{'room':'b','mode':'plain','members':2}]}");

        assertThat(run(new RoomsCommand(options()), "--json")).isEqualTo(0);
        assertThat(out.toString().lines().map(JsonObject::new))
                .extracting(room -> room.getString("room"))
                .containsExactly("a", "b");
    }

    @Test
    void statsArePrintedOnce() {
        answers(200, "{'connections':5,'rooms':2,'messagesSent':77,'complete':true,'missing':[]}");

        assertThat(run(new StatsCommand(options()))).isEqualTo(0);
        assertThat(out.toString()).isEqualTo("""
                        connections        5
                        rooms              2
                        messagesSent       77
                        """);
    }

    @Test
    void watchedStatsHaveRatesUntilTheGatewayIsGone() {
        answers(200, "{'nodes':2,'connections':5,'rooms':2,'messagesReceived':10,'messagesSent':100}");
        answers(200, "{'nodes':1,'connections':5,'rooms':2,'messagesReceived':9,'messagesSent':2000000}");
        answers(503, "{'code':'unavailable','detail':'gone'}");

        assertThat(run(new StatsCommand(options()), "--watch", "--interval", "1s", "--json"))
                .isEqualTo(1);
        JsonObject line = new JsonObject(out.toString());
        assertThat(line.getDouble("receivedPerSecond")).isZero();
        assertThat(line.getDouble("sentPerSecond")).isBetween(20_000.0, 2_000_000.0);
        assertThat(err.toString()).isEqualTo("fanfara stats: 503 unavailable: gone\n");
    }

    // tail

    @Test
    void aTailComesBackToWhereItWas() {
        answers(
                200,
                event("welcome", "{'heartbeat':25000}")
                        + event("joined", "{'room':'log:a','epoch':'e1','offset':4}")
                        + event("message", "{'room':'log:a','data':5,'offset':5}"));
        answers(
                200,
                event("welcome", "{'heartbeat':25000}")
                        + event(
                                "joined",
                                "{'room':'log:a','epoch':'e1','offset':6,'recovered':true,'messages':["
                                        + "{'room':'log:a','data':6,'offset':6}]}")
                        + event("message", "{'room':'log:a','data':7,'offset':7}")
                        + event("message", "{'room':'log:a','data':8,'offset':8}"));

        assertThat(run(new TailCommand(options()), "log:a", "--history", "9", "--count", "3"))
                .isEqualTo(0);
        assertThat(out.toString().lines().map(line -> new JsonObject(line).getInteger("offset")))
                .containsExactly(5, 6, 7);
        assertThat(asked.get(0).line()).isEqualTo("GET /sse?room=log%3Aa&history=9");
        assertThat(asked.get(0).header("Last-event-id")).isNull();
        assertThat(asked.get(1).header("Last-event-id")).isNotNull();
        assertThat(err.toString()).startsWith("fanfara tail: the connection was lost; comes back in ");
    }

    @Test
    void aTailThatIsSentAwayForGoodSaysWhy() {
        answers(
                200,
                event("welcome", "{'heartbeat':25000}") + "id: end\n\n"
                        + event("fanfara-error", "{'code':4503,'message':'Disconnected'}"));

        assertThat(run(new TailCommand(options()), "lobby")).isEqualTo(1);
        assertThat(err.toString()).isEqualTo("fanfara tail: 4503 Disconnected\n");
    }

    @Test
    void aTailThatWasNeverLetInDoesNotTryAgain() {
        answers(503, "{'code':'unavailable','detail':'Draining'}", "Retry-After", "1");

        assertThat(run(new TailCommand(options()), "lobby")).isEqualTo(1);
        assertThat(asked).hasSize(1);
    }

    @Test
    void aTailCanBeginAtAPlaceInOneRoom() {
        answers(401, "{}");

        assertThat(run(new TailCommand(options()), "log:a", "--since", "e1:17")).isEqualTo(1);
        assertThat(asked.get(0).header("Last-event-id")).isNotNull();
        assertThat(run(new TailCommand(options()), "log:a", "log:b", "--since", "e1:17"))
                .isEqualTo(2);
        assertThat(run(new TailCommand(options()), "log:a", "--since", "17")).isEqualTo(2);
        assertThat(run(new TailCommand(options()), "log:a", "--since", "-:17")).isEqualTo(2);
    }

    private static String event(String name, String data) {
        return "event: " + name + "\ndata: " + data.replace('\'', '"') + "\n\n";
    }

    // completion

    @Test
    void completionNamesTheCommandsAndTheirOptions() {
        CommandLine program = new CommandLine(new CompletionCommand()).addSubcommand("tail", new TailCommand());
        program.setOut(new PrintWriter(out)).execute("zsh");

        assertThat(out.toString()).contains("complete -F").contains("tail").contains("--max-rate");
    }

    private RemoteOptions options() {
        return new RemoteOptions(Map.of("FANFARA_URL", url()));
    }

    private int publish(String... arguments) {
        return run(publish(Map.of("FANFARA_URL", url())), arguments);
    }

    private static PublishCommand publish(Map<String, String> environment) {
        return new PublishCommand(noInput(), new RemoteOptions(environment));
    }

    private PublishCommand publishFrom(String input) {
        return new PublishCommand(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)), options());
    }

    private static ByteArrayInputStream noInput() {
        return new ByteArrayInputStream(new byte[0]);
    }

    private String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private int run(Object command, String... arguments) {
        return new CommandLine(command)
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
    }
}
