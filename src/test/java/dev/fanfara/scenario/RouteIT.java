package dev.fanfara.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.testing.Eventually;
import dev.fanfara.testing.GatewayProcess;
import dev.fanfara.testing.Jwt;
import dev.fanfara.testing.RawSocket;
import dev.fanfara.testing.UpstreamServer;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Services behind the gateway: two real servers that are also killed, and clients that are not all honest. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RouteIT {
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    /** Far more than all the systems' buffers on the way, far less than what is sent. */
    private static final long BUFFERED = 24L * 1024 * 1024;

    @TempDir
    private static Path directory;

    private static Vertx vertx;
    private static UpstreamServer one;
    private static UpstreamServer two;
    private static GatewayProcess gateway;

    @BeforeAll
    static void start() throws IOException {
        vertx = Vertx.vertx();
        one = UpstreamServer.start(vertx, "one", 0);
        two = UpstreamServer.start(vertx, "two", 0);
        write(config());
        gateway = GatewayProcess.start("-Xmx128m", "-c", file().toString());
    }

    @AfterAll
    static void stop() {
        gateway.close();
        vertx.close().await();
    }

    private static Path file() {
        return directory.resolve("fanfara.json");
    }

    private static void write(JsonObject config) throws IOException {
        Path draft = directory.resolve("draft");
        Files.writeString(draft, config.encodePrettily());
        Files.move(draft, file(), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }

    private static JsonObject config() {
        JsonArray routes = new JsonArray()
                .add(route("/app/**", one))
                .add(route("/both/**", one, two).put("timeout", "2s"))
                .add(route("/well/**", one, two)
                        .put("health", new JsonObject().put("path", "/health").put("interval", "1s")))
                .add(route("/mine/**", one).put("auth", "required"))
                .add(route("/maybe/**", one).put("auth", "optional"))
                .add(route("/bare/**", one).put("stripPrefix", true).put("passHost", false))
                .add(route("/small/**", one).put("maxBody", "10B").put("maxConcurrent", 1))
                .add(route("/large/**", one).put("maxBody", "1GiB"))
                .add(route("/exact", one));
        return new JsonObject()
                .put(
                        "auth",
                        new JsonObject()
                                .put("leeway", "0s")
                                .put(
                                        "keys",
                                        new JsonArray()
                                                .add(new JsonObject()
                                                        .put("algorithms", new JsonArray().add("HS256"))
                                                        .put("secret", Jwt.SECRET)))
                                .put(
                                        "apiKeys",
                                        new JsonArray()
                                                .add(new JsonObject()
                                                        .put("name", "backend")
                                                        .put("key", "0123456789abcdef")
                                                        .put("scope", "admin"))))
                .put("limits", new JsonObject().put("requestsPerIp", "1000000/1m"))
                .put("drain", new JsonObject().put("window", "1s"))
                .put("routes", routes);
    }

    private static JsonObject route(String path, UpstreamServer... upstreams) {
        return new JsonObject()
                .put("path", path)
                .put(
                        "upstreams",
                        new JsonArray(java.util.Arrays.stream(upstreams)
                                .map(UpstreamServer::origin)
                                .toList()))
                .put("auth", "none");
    }

    private static HttpResponse<String> send(String method, String path, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(gateway.url() + path))
                .method(
                        method,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return HTTP.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString())
                .orTimeout(15, TimeUnit.SECONDS)
                .join();
    }

    private static HttpResponse<String> get(String path, String... headers) {
        return send("GET", path, "", headers);
    }

    private static JsonObject told(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return new JsonObject(answer.body());
    }

    private static List<Object> header(JsonObject told, String name) {
        return told.getJsonObject("headers").getJsonArray(name, new JsonArray()).getList();
    }

    /** Whole requests, to the end of the connection. */
    private static String raw(String text) {
        try (RawSocket socket = RawSocket.connect(gateway.port())) {
            return socket.write(text.getBytes(StandardCharsets.ISO_8859_1)).readRest();
        }
    }

    // What is passed on

    @ParameterizedTest
    @CsvSource({
        "GET,''",
        "POST,hello",
        "PUT,hello",
        "PATCH,hello",
        "DELETE,''",
        "DELETE,hello",
        "OPTIONS,''",
        "PROPFIND,hello"
    })
    void everyMethodAndItsBodyComeThrough(String method, String body) {
        JsonObject told = told(send(method, "/app/users/7?a=b%20c&d", body));

        assertThat(told.getString("method")).isEqualTo(method);
        assertThat(told.getString("uri")).isEqualTo("/app/users/7?a=b%20c&d");
        assertThat(told.getString("body")).isEqualTo(body);
    }

    @Test
    void aBodyInChunksComesThroughInChunks() {
        String answer = raw("POST /app/x HTTP/1.1\r\nHost: h\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");

        assertThat(answer)
                .startsWith("HTTP/1.1 200")
                .contains("\"body\":\"abcde\"")
                .contains("\"transfer-encoding\":[\"chunked\"]");
    }

    @Test
    void clientThatWaitsToBeAskedForItsBodyIsAsked() {
        try (RawSocket socket = RawSocket.connect(gateway.port())) {
            socket.write(
                    "POST /app/x HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nConnection: close\r\nContent-Length: 5\r\n\r\n"
                            .getBytes(StandardCharsets.ISO_8859_1));
            assertThat(socket.readHead()).startsWith("HTTP/1.1 100");
            assertThat(socket.write("hello".getBytes(StandardCharsets.ISO_8859_1))
                            .readRest())
                    .startsWith("HTTP/1.1 200")
                    .contains("\"body\":\"hello\"");
        }
    }

    @Test
    void answersWithoutABodyStayWithoutOne() {
        String none = raw("GET /app/none HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        String unchanged = raw("GET /app/unchanged HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        String head = raw("HEAD /app/sized HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");

        assertThat(none)
                .startsWith("HTTP/1.1 204")
                .endsWith("\r\n\r\n")
                .doesNotContainIgnoringCase("transfer-encoding");
        assertThat(unchanged)
                .startsWith("HTTP/1.1 304")
                .containsIgnoringCase("etag: \"1\"")
                .endsWith("\r\n\r\n");
        assertThat(head)
                .startsWith("HTTP/1.1 200")
                .containsIgnoringCase("content-length: 7")
                .endsWith("\r\n\r\n");
    }

    @Test
    void answerIsTheServicesOwnButForWhatWasSaidToThisHop() {
        HttpResponse<String> answer = get("/app/hop");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("hop");
        assertThat(answer.headers().allValues("set-cookie")).containsExactly("a=1", "b=2");
        assertThat(answer.headers().map())
                .containsKey("expires")
                .doesNotContainKeys("x-internal", "keep-alive", "connection", "content-security-policy");
        assertThat(get("/app/moved").headers().firstValue("location")).hasValue("/elsewhere");
        assertThat(get("/app/teapot").statusCode()).isEqualTo(418);
    }

    @Test
    void headersForOneHopStayThere() {
        String answer =
                raw("GET /app/x HTTP/1.1\r\nHost: h\r\nConnection: close, X-Secret\r\nX-Secret: 1\r\nTE: trailers\r\n"
                        + "Proxy-Authorization: Basic YQ==\r\nKeep-Alive: 5\r\nX-Kept: 1\r\n\r\n");

        assertThat(answer)
                .startsWith("HTTP/1.1 200")
                .contains("x-kept")
                .doesNotContain("x-secret", "proxy-authorization", "\"te\"", "\"keep-alive\"");
    }

    @Test
    void whereARequestCameFromIsSaidByTheGatewayAndNotByTheClient() {
        JsonObject told = told(get(
                "/app/x",
                "X-Forwarded-For",
                "6.6.6.6",
                "X-Forwarded-Proto",
                "https",
                "X-Forwarded-Prefix",
                "/evil",
                "X_Forwarded_Host",
                "evil",
                "Forwarded",
                "for=6.6.6.6",
                "X-Real-IP",
                "6.6.6.6"));

        String host = "127.0.0.1:" + gateway.port();
        assertThat(header(told, "x-forwarded-for")).containsExactly("127.0.0.1");
        assertThat(header(told, "x-forwarded-proto")).containsExactly("http");
        assertThat(header(told, "x-forwarded-host")).containsExactly(host);
        assertThat(header(told, "forwarded")).containsExactly("for=127.0.0.1;host=\"" + host + "\";proto=http");
        assertThat(header(told, "host")).containsExactly(host);
        assertThat(told.encode()).doesNotContain("6.6.6.6", "evil");
    }

    @Test
    void prefixIsTakenAwayWhereTheRouteSaysSo() {
        JsonObject told = told(get("/bare/users?x=1"));

        assertThat(told.getString("uri")).isEqualTo("/users?x=1");
        assertThat(header(told, "x-forwarded-prefix")).containsExactly("/bare");
        assertThat(header(told, "host")).containsExactly("127.0.0.1:" + one.port());
        assertThat(told(get("/bare")).getString("uri")).isEqualTo("/");
    }

    @Test
    void onlyWhatARouteMatchesIsPassedOn() {
        assertThat(get("/exact").statusCode()).isEqualTo(200);
        assertThat(get("/exact/more").statusCode()).isEqualTo(404);
        assertThat(get("/apps").statusCode()).isEqualTo(404);
        assertThat(get("/api/stats").statusCode()).isEqualTo(200);
        assertThat(get("/").headers().firstValue("content-security-policy")).isPresent();
    }

    // Who may

    @Test
    void routeThatWantsATokenTellsTheServiceWhoseItIs() {
        String token = Jwt.of("zoë 100%");
        JsonObject told = told(get(
                "/mine/x", "Authorization", "Bearer " + token, "X-Fanfara-User", "root", "x_fanfara_claims", "e30"));

        assertThat(header(told, "x-fanfara-user")).containsExactly("zo%C3%AB%20100%25");
        assertThat(header(told, "authorization")).containsExactly("Bearer " + token);
        String claims = (String) header(told, "x-fanfara-claims").get(0);
        assertThat(new JsonObject(new String(Base64.getUrlDecoder().decode(claims), StandardCharsets.UTF_8))
                        .getString("sub"))
                .isEqualTo("zoë 100%");
        assertThat(told.encode()).doesNotContain("root", "x_fanfara");
    }

    @Test
    void tokenInTheQueryStaysHere() {
        JsonObject told = told(get("/mine/x?a=1&token=" + Jwt.of("alice") + "&b=2"));

        assertThat(told.getString("uri")).isEqualTo("/mine/x?a=1&b=2");
        assertThat(header(told, "x-fanfara-user")).containsExactly("alice");
    }

    @Test
    void whoShowsNoGoodTokenIsAskedForOne() {
        int before = one.asked();
        HttpResponse<String> none = get("/mine/x");
        HttpResponse<String> forged =
                get("/mine/x", "Authorization", "Bearer " + Jwt.signed(Jwt.SECRET + "x", Jwt.claims("a", 300)));
        HttpResponse<String> forgedWhereNoneIsNeeded =
                get("/maybe/x", "Authorization", "Bearer " + Jwt.unsigned(Jwt.claims("a", 300)));

        assertThat(none.statusCode()).isEqualTo(401);
        assertThat(none.headers().firstValue("www-authenticate")).hasValue("Bearer");
        assertThat(forged.statusCode()).isEqualTo(401);
        assertThat(forged.headers().firstValue("content-type")).hasValue("application/problem+json");
        assertThat(forgedWhereNoneIsNeeded.statusCode()).isEqualTo(401);
        assertThat(one.asked()).isEqualTo(before);
    }

    @Test
    void optionalTokenIsUsedIfItIsThere() {
        assertThat(header(told(get("/maybe/x", "X-Fanfara-User", "root")), "x-fanfara-user"))
                .isEmpty();
        assertThat(header(told(get("/maybe/x", "Authorization", "Bearer " + Jwt.of("alice"))), "x-fanfara-user"))
                .containsExactly("alice");
    }

    @Test
    void routeThatAsksForNoTokenLooksAtNone() {
        JsonObject told =
                told(get("/app/x?token=of-a-letter", "Authorization", "Bearer nonsense", "X-Fanfara-User", "root"));

        assertThat(told.getString("uri")).isEqualTo("/app/x?token=of-a-letter");
        assertThat(header(told, "x-fanfara-user")).isEmpty();
    }

    @Test
    void preflightOfABrowserComesThroughWithoutAToken() {
        JsonObject told = told(
                send("OPTIONS", "/mine/x", "", "Origin", "https://a.example", "Access-Control-Request-Method", "GET"));

        assertThat(told.getString("method")).isEqualTo("OPTIONS");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/app/../mine/x", "/app/%2e%2e/mine/x", "/app/..%2fmine/x", "/app/..;/mine/x", "/app/%zz"})
    void noSpellingOfAPathComesByTheRuleThatIsMeantForIt(String path) {
        int before = one.asked();

        assertThat(raw("GET " + path + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"))
                .matches(Pattern.compile("HTTP/1.1 40[04].*", Pattern.DOTALL));
        assertThat(one.asked()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"//mine/x", "/%6dine/x", "/mine;a=b/x", "/./mine/x"})
    void ruleHoldsForOtherSpellingsOfItsPath(String path) {
        assertThat(raw("GET " + path + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"))
                .matches(Pattern.compile("HTTP/1.1 40[014].*", Pattern.DOTALL));
    }

    // Limits

    @Test
    void largerBodyThanTheRouteTakesIsRefused() {
        assertThat(send("POST", "/small/x", "0123456789").statusCode()).isEqualTo(200);
        assertThat(send("POST", "/small/x", "01234567890").statusCode()).isEqualTo(413);
        assertThat(raw("POST /small/x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + "a\r\n0123456789\r\n1\r\nx\r\n0\r\n\r\n"))
                .startsWith("HTTP/1.1 413")
                .containsIgnoringCase("connection: close");
    }

    @Test
    void moreAtOnceThanTheRouteTakesAreToldToComeBack() {
        CompletableFuture<HttpResponse<String>> first = HTTP.sendAsync(
                HttpRequest.newBuilder(URI.create(gateway.url() + "/small/held"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        Eventually.holds(() -> assertThat(one.held()).isNotEmpty());

        HttpResponse<String> second = get("/small/x");
        one.held().remove(0).end("at last");

        assertThat(second.statusCode()).isEqualTo(503);
        assertThat(second.headers().firstValue("retry-after")).isPresent();
        assertThat(first.orTimeout(15, TimeUnit.SECONDS).join().body()).isEqualTo("at last");
        Eventually.holds(() -> assertThat(get("/small/x").statusCode()).isEqualTo(200));
    }

    @Test
    void clientThatDoesNotReadHoldsTheServiceUp() throws IOException {
        int parts = 1024;
        long before = one.streamed();
        try (RawSocket socket = RawSocket.connect(gateway.port())) {
            socket.write(("GET /app/stream?parts=" + parts + " HTTP/1.0\r\nHost: h\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            assertThat(socket.readHead()).startsWith("HTTP/1.0 200").doesNotContainIgnoringCase("transfer-encoding");

            assertThat(whenItStands(one::streamed) - before).isLessThan(BUFFERED);

            assertThat(socket.readRest().length()).isEqualTo(parts * 64 * 1024);
        }
    }

    @Test
    void serviceThatDoesNotReadHoldsTheClientUp() throws IOException {
        AtomicLong written = new AtomicLong();
        try (RawSocket socket = RawSocket.connect(gateway.port())) {
            socket.write("POST /large/unread HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000000\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII));
            byte[] part = new byte[64 * 1024];
            Thread writer = new Thread(() -> {
                try {
                    while (written.get() < 200L * 1024 * 1024) {
                        socket.write(part);
                        written.addAndGet(part.length);
                    }
                } catch (java.io.UncheckedIOException closed) {
                    // At the end of the test.
                }
            });
            writer.start();
            Eventually.holds(() -> assertThat(written.get()).isPositive());

            assertThat(whenItStands(written::get)).isLessThan(BUFFERED);
        }
    }

    private static long whenItStands(LongSupplier count) {
        long before;
        long now = count.getAsLong();
        do {
            before = now;
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(700));
            now = count.getAsLong();
        } while (now > before);
        return now;
    }

    // Services that are not well

    @Test
    void serviceThatSaysNothingIsWaitedForSoLong() {
        assertThat(get("/both/silent").statusCode()).isEqualTo(504);
    }

    @Test
    void serviceThatHangsUpIsAskedOnceMoreIfThatDoesNoHarm() {
        int before = one.asked() + two.asked();
        assertThat(get("/both/hangup").statusCode()).isEqualTo(502);
        assertThat(one.asked() + two.asked()).isEqualTo(before + 2);

        assertThat(send("POST", "/both/hangup", "x").statusCode()).isEqualTo(502);
        assertThat(one.asked() + two.asked()).isEqualTo(before + 3);
    }

    @Test
    void answerThatBreaksOffIsNotEndedAsIfItWereWhole() {
        String cut = raw("GET /app/cut HTTP/1.1\r\nHost: h\r\n\r\n");
        String chunked = raw("GET /app/cut-chunked HTTP/1.1\r\nHost: h\r\n\r\n");

        assertThat(cut)
                .startsWith("HTTP/1.1 200")
                .contains("content-length: 1000")
                .endsWith("half of it");
        assertThat(chunked).startsWith("HTTP/1.1 200").contains("half of it").doesNotContain("\r\n0\r\n\r\n");
        assertThat(catchReset("GET /app/cut-chunked HTTP/1.0\r\nHost: h\r\n\r\n"))
                .isTrue();
    }

    private static boolean catchReset(String request) {
        try {
            raw(request);
            return false;
        } catch (java.io.UncheckedIOException reset) {
            return true;
        }
    }

    @Test
    void clientThatWasAnsweredEarlyMayGoOn() {
        try (RawSocket socket = RawSocket.connect(gateway.port())) {
            socket.write("POST /app/early HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n01234"
                    .getBytes(StandardCharsets.US_ASCII));
            assertThat(socket.readHead()).startsWith("HTTP/1.1 409");
            String rest = socket.write("56789GET /app/teapot HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII))
                    .readRest();
            assertThat(rest).startsWith("enoughHTTP/1.1 418").endsWith("short and stout");
        }
    }

    @Test
    void servicesTakeTurnsAndOneThatIsDownIsLeftOut() {
        List<String> servers = IntStream.range(0, 10)
                .mapToObj(i -> told(get("/both/x")).getString("server"))
                .toList();
        assertThat(servers).contains("one", "two");

        two.close();
        try {
            assertThat(IntStream.range(0, 10)
                            .mapToObj(i -> told(send("POST", "/both/x", "a")).getString("server")))
                    .containsOnly("one");
            Eventually.holds(
                    () -> assertThat(gateway.metric("fanfara_route_upstreams{route=\"/both/**\",state=\"down\"}"))
                            .isEqualTo(1));
        } finally {
            two = two.restarted();
        }
    }

    @Test
    void serviceThatSaysItIsIllIsLeftOutUntilItIsWell() {
        Eventually.holds(() -> assertThat(
                        IntStream.range(0, 4).mapToObj(i -> told(get("/well/x")).getString("server")))
                .contains("one", "two"));
        one.isWell(false);
        try {
            Eventually.holds(() -> assertThat(IntStream.range(0, 8)
                            .mapToObj(i -> told(get("/well/x")).getString("server")))
                    .containsOnly("two"));
        } finally {
            one.isWell(true);
        }
        Eventually.holds(() -> assertThat(
                        IntStream.range(0, 8).mapToObj(i -> told(get("/well/x")).getString("server")))
                .contains("one"));
    }

    // Requests that two servers could read differently

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG",
                "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
                "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
                "Content-Length: +5\r\n\r\nhello",
                "Content-Length : 5\r\n\r\nhello",
                "X-A: a\r\n b\r\n\r\n"
            })
    void ambiguousRequestReachesNoService(String rest) {
        int before = one.asked();

        String answer = raw("POST /app/x HTTP/1.1\r\nHost: h\r\n" + rest + "GET /app/x HTTP/1.1\r\nHost: h\r\n\r\n");

        assertThat(answer).startsWith("HTTP/1.1 400").doesNotContain("HTTP/1.1 200");
        assertThat(one.asked()).isEqualTo(before);
    }

    @Test
    void lengthDeclaredForThisHopOnlyStillFramesTheBody() {
        String answer = raw(
                "POST /app/x HTTP/1.1\r\nHost: h\r\nConnection: close, Content-Length\r\nContent-Length: 5\r\n\r\nhello");

        assertThat(answer).contains("\"body\":\"hello\"").contains("\"content-length\":[\"5\"]");
    }

    // WebSockets

    @Test
    void webSocketIsPassedOnBothWays() {
        try (RawSocket socket = RawSocket.upgraded(gateway.port(), "/app/live?room=1")) {
            assertThat(socket.says("{'a':1}").readUntil(RawSocket.TEXT).text()).isEqualTo("{\"a\":1}");
            byte[] large = new byte[60_000];
            assertThat(socket.sends(true, RawSocket.BINARY, large)
                            .readUntil(RawSocket.BINARY)
                            .payload())
                    .hasSize(60_000);
            assertThat(socket.sends(true, RawSocket.TEXT, "bye".getBytes(StandardCharsets.US_ASCII))
                            .readCloseCode())
                    .isEqualTo(4321);
        }
        Eventually.holds(() -> {
            assertThat(gateway.metric("fanfara_connections{transport=\"route\"}"))
                    .isZero();
            assertThat(gateway.metric("fanfara_route_requests_total{route=\"/app/**\",status=\"1xx\"}"))
                    .isPositive();
        });
    }

    @Test
    void webSocketOfAUserTellsWhoAndNotByWhichToken() {
        String token = Jwt.of("alice");
        try (RawSocket socket = RawSocket.upgraded(gateway.port(), "/mine/live?a=1&token=" + token)) {
            JsonObject who =
                    new JsonObject(socket.sends(true, RawSocket.TEXT, "who".getBytes(StandardCharsets.US_ASCII))
                            .readUntil(RawSocket.TEXT)
                            .text());
            assertThat(who.getString("user")).isEqualTo("alice");
            assertThat(who.getString("uri")).isEqualTo("/mine/live?a=1");
        }
        try (RawSocket none = RawSocket.connect(gateway.port());
                RawSocket foreign = RawSocket.connect(gateway.port())) {
            assertThat(none.requestUpgrade("/mine/live")).startsWith("HTTP/1.1 401");
            assertThat(foreign.requestUpgrade("/mine/live?token=" + token, "Origin: https://evil.example"))
                    .startsWith("HTTP/1.1 403");
        }
    }

    @Test
    void webSocketEndsWithItsToken() {
        String shortLived = Jwt.signed(Jwt.SECRET, Jwt.claims("alice", 2));
        try (RawSocket socket = RawSocket.upgraded(gateway.port(), "/mine/live?token=" + shortLived)) {
            assertThat(socket.readCloseCode()).isEqualTo(4001);
        }
        JsonObject claims = Jwt.claims("mallory", 300).put("jti", "m1").put("iat", System.currentTimeMillis() / 1000);
        try (RawSocket socket =
                RawSocket.upgraded(gateway.port(), "/mine/live?token=" + Jwt.signed(Jwt.SECRET, claims))) {
            HttpResponse<String> revoked = gateway.post(
                    "/api/revocations",
                    "{\"jti\":\"m1\",\"until\":\"2099-01-01T00:00:00Z\"}",
                    "X-API-Key",
                    "0123456789abcdef");
            assertThat(revoked.statusCode()).isEqualTo(204);
            assertThat(socket.readCloseCode()).isEqualTo(1008);
            socket.awaitEnd();
        }
    }

    @Test
    void upgradeThatTheServiceRefusesIsItsAnswer() {
        try (RawSocket socket = RawSocket.connect(gateway.port())) {
            assertThat(socket.requestUpgrade("/app/teapot", "Sec-WebSocket-Extensions: x"))
                    .startsWith("HTTP/1.1");
        }
    }

    @Test
    void slowWebSocketHoldsTheServiceUp() {
        long before = one.streamed();
        try (RawSocket socket = RawSocket.upgradedWithSmallBuffer(gateway.port(), "/app/live")) {
            socket.sends(true, RawSocket.TEXT, "flood".getBytes(StandardCharsets.US_ASCII));

            assertThat(whenItStands(one::streamed) - before).isLessThan(BUFFERED);
        }
    }

    // Reload and drain

    @Test
    void routesChangeWhileRequestsGoOn() throws IOException {
        CompletableFuture<HttpResponse<String>> underWay = HTTP.sendAsync(
                HttpRequest.newBuilder(URI.create(gateway.url() + "/exact")).build(),
                HttpResponse.BodyHandlers.ofString());
        underWay.orTimeout(15, TimeUnit.SECONDS).join();
        CompletableFuture<HttpResponse<String>> held = HTTP.sendAsync(
                HttpRequest.newBuilder(URI.create(gateway.url() + "/large/held"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        Eventually.holds(() -> assertThat(one.held()).isNotEmpty());

        JsonObject changed = config();
        JsonArray routes = changed.getJsonArray("routes");
        routes.remove(7);
        routes.add(route("/new/**", two));
        write(changed);
        Eventually.holds(() -> {
            assertThat(get("/new/x").statusCode()).isEqualTo(200);
            assertThat(get("/large/x").statusCode()).isEqualTo(404);
        });
        one.held().remove(0).end("at last");
        assertThat(held.orTimeout(15, TimeUnit.SECONDS).join().body()).isEqualTo("at last");

        write(config());
        Eventually.holds(() -> assertThat(get("/large/x").statusCode()).isEqualTo(200));
    }

    @Test
    @Order(Integer.MAX_VALUE)
    void nodeThatStopsFinishesRequestsAndTellsWebSockets() {
        CompletableFuture<HttpResponse<String>> held = HTTP.sendAsync(
                HttpRequest.newBuilder(URI.create(gateway.url() + "/app/held")).build(),
                HttpResponse.BodyHandlers.ofString());
        Eventually.holds(() -> assertThat(one.held()).isNotEmpty());
        try (RawSocket socket = RawSocket.upgraded(gateway.port(), "/app/live")) {
            gateway.signal("TERM");

            assertThat(socket.readCloseCode()).isEqualTo(1001);
        }
        one.held().remove(0).end("at last");
        assertThat(held.orTimeout(15, TimeUnit.SECONDS).join().body()).isEqualTo("at last");
        assertThat(gateway.awaitExit(10)).isZero();
    }
}
