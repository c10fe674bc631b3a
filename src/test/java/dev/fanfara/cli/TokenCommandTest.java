package dev.fanfara.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class TokenCommandTest {
    private static final String SIGNING = """
            {"auth": {"keys": [{"id": "k1", "algorithms": ["HS256"], "secret": "0123456789abcdef0123456789abcdef"}]}}
            """;
    private static final Instant NOW = Instant.ofEpochSecond(1772366400);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void printsATokenAndNothingElse() {
        int exit = run(
                SIGNING,
                "--user",
                "alice",
                "--join",
                "dash:*",
                "--join",
                "a,b:**",
                "--publish",
                "chat:*",
                "--presence",
                "dash:*",
                "--history",
                "dash:*",
                "--scope",
                "admin",
                "--scope",
                "publish private",
                "--ttl",
                "30m");

        assertThat(err.toString()).isEmpty();
        assertThat(exit).isZero();
        assertThat(out.toString()).matches("[\\w-]+\\.[\\w-]+\\.[\\w-]+\\R");
        JsonObject claims = claims();
        assertThat(claims.remove("jti")).isNotNull();
        assertThat(claims)
                .isEqualTo(new JsonObject()
                        .put("sub", "alice")
                        .put("iat", 1772366400)
                        .put("exp", 1772366400 + 1800)
                        .put("scope", "publish private admin")
                        .put(
                                "rooms",
                                new JsonObject()
                                        .put(
                                                "join",
                                                new JsonArray()
                                                        .add("dash:*")
                                                        .add("a")
                                                        .add("b:**"))
                                        .put("publish", new JsonArray().add("chat:*"))
                                        .put("presence", new JsonArray().add("dash:*"))
                                        .put("history", new JsonArray().add("dash:*"))));
    }

    @Test
    void withoutRightsThereAreNoClaimsForThem() {
        assertThat(run(SIGNING, "--user", "alice")).isZero();

        assertThat(claims().fieldNames()).containsExactlyInAnyOrder("sub", "jti", "iat", "exp");
        assertThat(claims().getLong("exp")).isEqualTo(1772366400 + 3600);
    }

    @Test
    void withoutAKeyThatCanSignItFails() {
        int exit = run("{}", "--user", "alice");

        assertThat(exit).isEqualTo(1);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString())
                .isEqualToIgnoringNewLines("fanfara token: no key of auth.keys can sign: a secret or a PEM text with a"
                        + " PRIVATE KEY is needed\n");
    }

    @Test
    void aTokenTheGatewayWouldRefuseIsNotPrinted() {
        int exit = run(SIGNING, "--user", "");

        assertThat(exit).isEqualTo(1);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString()).startsWith("fanfara token: the gateway would refuse this token: bad-claim");
    }

    @ParameterizedTest
    @CsvSource({
        "--join,  a*,    expected a room pattern",
        "--scope, root,  'expected publish, broadcast, private or admin'",
        "--ttl,   1,     expected a duration",
        "--ttl,   0s,    expected a duration",
        "--ttl,   -1h,   expected a duration",
        "--ttl,   9999d, expected a duration",
    })
    void mistakesInTheArgumentsAreUsageErrors(String option, String value, String sentence) {
        assertThat(run(SIGNING, "--user", "alice", option, value)).isEqualTo(2);
        assertThat(err.toString()).contains(sentence);
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void aUserIsNeeded() {
        assertThat(run(SIGNING)).isEqualTo(2);
    }

    @Test
    void aBadConfigurationIsReportedAsByCheck() {
        assertThat(run("{\"auth\": {\"keys\": 7}}", "--user", "alice")).isEqualTo(78);
        assertThat(err.toString()).contains("/auth/keys");
        assertThat(out.toString()).isEmpty();
    }

    private int run(String config, String... arguments) {
        List<String> all = new ArrayList<>(List.of("-c", file(config).toString()));
        all.addAll(List.of(arguments));
        return new CommandLine(new TokenCommand(InstantSource.fixed(NOW)))
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(all.toArray(String[]::new));
    }

    private Path file(String config) {
        try {
            return Files.writeString(folder.resolve("fanfara.json"), config);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    private JsonObject claims() {
        String payload = out.toString().split("\\.", -1)[1];
        return new JsonObject(new String(Base64.getUrlDecoder().decode(payload), StandardCharsets.UTF_8));
    }
}
