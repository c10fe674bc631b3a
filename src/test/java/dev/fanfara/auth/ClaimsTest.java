package dev.fanfara.auth;

import static dev.fanfara.auth.Verdicts.accepted;
import static dev.fanfara.auth.Verdicts.assertRejected;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.auth.TokenRejected.Reason;
import dev.fanfara.config.AuthConfig;
import dev.fanfara.protocol.RoomPattern;
import dev.fanfara.protocol.Scope;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What well signed tokens must say, and how they must be written (RELIABILITY T6 and T7). */
class ClaimsTest {
    private static final Vertx VERTX = Vertx.vertx();
    private static final String HEADER = "{'alg':'HS256'}";

    /** Stands at 1772366400. */
    private final HandClock clock = new HandClock();

    private final TokenVerifier verifier = verifier(null);

    @AfterAll
    static void close() {
        VERTX.close();
    }

    @Test
    void theClaimsBecomeTheIdentity() {
        Identity alice = accepted(
                verifier,
                token("{'sub':'alice','exp':1772370000,'iat':1772366400,'nbf':1772366400,'jti':'t-1',"
                        + "'scope':'admin openid publish','rooms':{'join':['dash:*','a'],'publish':[],'watch':7}}"));

        assertThat(alice)
                .isEqualTo(new Identity(
                        Identity.Kind.TOKEN,
                        "alice",
                        Instant.ofEpochSecond(1772370000),
                        Instant.ofEpochSecond(1772366400),
                        "t-1",
                        Set.of(Scope.ADMIN, Scope.PUBLISH),
                        new RoomGrants(Map.of(
                                RoomAction.JOIN,
                                List.of(new RoomPattern("dash:*"), new RoomPattern("a")),
                                RoomAction.PUBLISH,
                                List.of()))));
    }

    @Test
    void withoutRoomsAndScopeNothingIsGranted() {
        Identity alice = accepted(verifier, token("{'sub':'alice','exp':1772370000.75}"));

        assertThat(alice.rooms()).isNull();
        assertThat(alice.scopes()).isEmpty();
        assertThat(alice.expires()).isEqualTo(Instant.parse("2026-03-01T13:00:00.750Z"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}                                              | MISSING_CLAIM",
                "{'sub':'alice'}                                 | MISSING_CLAIM",
                "{'exp':1772370000}                              | MISSING_CLAIM",
                "{'sub':'alice','exp':'9999999999'}              | BAD_CLAIM",
                "{'sub':'alice','exp':1e300}                     | BAD_CLAIM",
                "{'sub':'alice','exp':1e999}                     | BAD_CLAIM",
                "{'sub':'alice','exp':253402300800}              | BAD_CLAIM",
                "{'sub':'alice','exp':99999999999999999999}      | BAD_CLAIM",
                "{'sub':'alice','exp':-1}                        | BAD_CLAIM",
                "{'sub':'alice','exp':[1772370000]}              | BAD_CLAIM",
                "{'sub':'alice','exp':{'t':1}}                   | BAD_CLAIM",
                "{'sub':'alice','exp':null}                      | BAD_CLAIM",
                "{'sub':'alice','exp':true}                      | BAD_CLAIM",
                "{'sub':'alice','exp':0}                         | EXPIRED",
                "{'sub':'alice','exp':1772366370}                | EXPIRED",
                "{'sub':'alice','exp':1772370000,'nbf':1772366431} | NOT_YET_VALID",
                "{'sub':'alice','exp':1772370000,'iat':1772366431} | NOT_YET_VALID",
                "{'sub':'alice','exp':1772370000,'nbf':'1'}      | BAD_CLAIM",
                "{'sub':'alice','exp':1772370000,'iat':null}     | BAD_CLAIM",
                "{'sub':'','exp':1772370000}                     | BAD_CLAIM",
                "{'sub':7,'exp':1772370000}                      | BAD_CLAIM",
                "{'sub':null,'exp':1772370000}                   | BAD_CLAIM",
                "{'sub':['alice'],'exp':1772370000}              | BAD_CLAIM",
                "{'sub':'a\\nb','exp':1772370000}                | BAD_CLAIM",
                "{'sub':'a\\u001b[2J','exp':1772370000}          | BAD_CLAIM",
                "{'sub':'a\\u0085','exp':1772370000}             | BAD_CLAIM",
                "{'sub':'a\\u2028','exp':1772370000}             | BAD_CLAIM",
                "{'sub':'a\\ud800','exp':1772370000}             | BAD_CLAIM",
                "{'sub':'alice','exp':1772370000,'jti':7}        | BAD_CLAIM",
                "{'sub':'alice','exp':1772370000,'scope':['admin']} | BAD_CLAIM",
                "{'sub':'alice','exp':1772370000,'scope':null}   | BAD_CLAIM",
                "{'sub':'alice','exp':1772370000,'rooms':['a']}  | BAD_CLAIM",
                "{'sub':'alice','exp':1772370000,'rooms':null}   | BAD_CLAIM",
                "{'sub':'alice','exp':1772370000,'rooms':{'join':'a'}}    | BAD_CLAIM",
                "{'sub':'alice','exp':1772370000,'rooms':{'join':[7]}}    | BAD_CLAIM",
                "{'sub':'alice','exp':1772370000,'rooms':{'join':[null]}} | BAD_CLAIM",
                "{'sub':'alice','exp':1772370000,'rooms':{'join':['a*']}} | BAD_PATTERN",
                "{'sub':'alice','exp':1772370000,'rooms':{'join':['']}}   | BAD_PATTERN",
                "{'sub':'alice','exp':1772370000,'rooms':{'join':['**:a']}} | BAD_PATTERN",
                // Whatever a parser makes of two values, the other parser makes something else of them.
                "{'sub':'bob','sub':'alice','exp':1772370000}    | MALFORMED",
                "{'sub':'alice','exp':1,'exp':1772370000}        | MALFORMED",
                "{'sub':'alice','exp':1772370000,'x':{'a':1,'a':2}} | MALFORMED",
                // vertx-auth reads the claims before it checks the signature, and gives up.
                "{'sub':'alice','exp':NaN}                       | BAD_SIGNATURE",
                "{'sub':'alice','exp':1772370000} {}             | BAD_SIGNATURE",
            })
    void otherClaimsAreRefused(String claims, Reason reason) {
        assertRejected(verifier, token(claims.strip()), reason);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'sub':'alice','exp':1772366371}",
                "{'sub':'alice','exp':1772370000,'nbf':1772366430,'iat':1772366430}",
                "{'sub':'alice','exp':253402300799}",
                "{'sub':'auth0|5f7c8ec7c33c6c004bbafe82','exp':1772370000}",
                "{'sub':'Zoë 👩‍🚀','exp':1772370000}",
                "{'sub':'alice','exp':1772370000,'rooms':{}}",
                "{'sub':'alice','exp':1772370000,'scope':''}",
            })
    void clocksMayDifferByTheLeewayAndNamesMayBeForeign(String claims) {
        assertThat(accepted(verifier, token(claims)).user()).isNotEmpty();
    }

    @Test
    void aUserHasAtMost255Characters() {
        assertThat(accepted(verifier, token("{'sub':'%s','exp':1772370000}".formatted("a".repeat(255))))
                        .user())
                .hasSize(255);
        assertRejected(verifier, token("{'sub':'%s','exp':1772370000}".formatted("a".repeat(256))), Reason.BAD_CLAIM);
    }

    @Test
    void aTokenEndsAtExpPlusLeeway() {
        String token = token("{'sub':'alice','exp':1772366400}");

        clock.advance(Duration.ofMillis(29_999));
        assertThat(accepted(verifier, token).user()).isEqualTo("alice");

        clock.advance(Duration.ofMillis(1));
        assertRejected(verifier, token, Reason.EXPIRED);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "'iss':'https://idp','aud':'dash'           | -",
                "'iss':'https://idp','aud':['x','dash']     | -",
                "'iss':'https://idp','aud':['chat']         | -",
                "'aud':'dash'                               | WRONG_ISSUER",
                "'iss':'https://idp/','aud':'dash'          | WRONG_ISSUER",
                "'iss':'http://169.254.169.254','aud':'dash' | WRONG_ISSUER",
                "'iss':['https://idp'],'aud':'dash'         | WRONG_ISSUER",
                "'iss':'https://idp'                        | WRONG_AUDIENCE",
                "'iss':'https://idp','aud':'dashboards'     | WRONG_AUDIENCE",
                "'iss':'https://idp','aud':[]               | WRONG_AUDIENCE",
                "'iss':'https://idp','aud':['x']            | WRONG_AUDIENCE",
                "'iss':'https://idp','aud':[['dash']]       | WRONG_AUDIENCE",
                "'iss':'https://idp','aud':{'dash':1}       | WRONG_AUDIENCE",
                "'iss':'https://idp','aud':7                | WRONG_AUDIENCE",
            })
    void issuerAndAudienceCountWhenConfigured(String claims, @Nullable Reason reason) {
        TokenVerifier strict = verifier("https://idp", "dash", "chat");
        String token = token("{'sub':'alice','exp':1772370000,%s}".formatted(claims.strip()));

        assertThat(Verdicts.reason(strict.verify(token))).isEqualTo(reason);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                "...",
                "a",
                "a.b",
                "a.b.c.d",
                "a.b.c.d.e",
                "e30.e30.e30",
                "!.!.!",
                "eyJhbGciOiJIUzI1NiJ9=.e30.AAAA",
                "eyJhbGciOiJIUzI1NiJ9 .e30.AAAA",
                "eyJhbGciOiJIUzI1NiJ9.e30.AA+/",
                "eyJhbGciOiJIUzI1NiJ9.e30.A",
                "eyJhbGciOiJIUzI1NiJ9.e30.AB",
                "eyJhbGciOiJIUzI1NiJ9.e30.\uFF21AAA",
            })
    void whatIsNotThreeSegmentsOfBase64urlIsMalformed(String token) {
        assertRejected(verifier, token, Reason.MALFORMED);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "['HS256']                              | MALFORMED",
                "'HS256'                                | MALFORMED",
                "{'alg':'HS256'                         | MALFORMED",
                "{'alg':'HS256'} x                      | MALFORMED",
                "{'alg':'none','alg':'HS256'}           | MALFORMED",
                "{'alg':['HS256']}                      | MALFORMED",
                "{'alg':null}                           | MALFORMED",
                "{'kid':'k1'}                           | MALFORMED",
                "{'alg':'HS256','kid':7}                | MALFORMED",
                "{'alg':'HS256','kid':''}               | MALFORMED",
                "{'alg':'HS256','kid':null}             | MALFORMED",
                "{'alg':'HS256','crit':['exp']}         | MALFORMED",
                "{'alg':'HS256','crit':['b64'],'b64':false} | MALFORMED",
                "{'alg':'HS256','zip':'DEF'}            | MALFORMED",
                "{'alg':'HS256','typ':7}                | WRONG_TYPE",
                "{'alg':'HS256','typ':'logout+jwt'}     | WRONG_TYPE",
                "{'alg':'HS256','typ':'dpop+jwt'}       | WRONG_TYPE",
            })
    void otherHeadersAreRefused(String header, Reason reason) {
        assertRejected(
                verifier,
                Forge.token(header.strip(), "{'sub':'alice','exp':1772370000}", Forge.hmac("HS256", Keys.SECRET)),
                reason);
    }

    @Test
    void aKeyIdHasAtMost128Characters() {
        assertRejected(verifier, withKeyId("k".repeat(129)), Reason.MALFORMED);
        assertThat(accepted(verifier, withKeyId("k".repeat(128))).user()).isEqualTo("alice");
    }

    @Test
    void jsonIsUtf8AndAtMost16Deep() {
        Forge.Signer signer = Forge.hmac("HS256", Keys.SECRET);
        String header = Forge.base64("{\"alg\":\"HS256\"}");
        byte[] broken = "{\"sub\":\"a?\",\"exp\":1772370000}".getBytes(StandardCharsets.UTF_8);
        broken[9] = (byte) 0xFF;
        byte[] utf16 = "{\"alg\":\"HS256\"}".getBytes(StandardCharsets.UTF_16BE);
        String deep = "{'alg':'HS256','x':" + "[".repeat(16) + "]".repeat(16) + "}";
        String deepEnough = "{'alg':'HS256','x':" + "[".repeat(15) + "]".repeat(15) + "}";
        String claims = "{'sub':'alice','exp':1772370000}";

        assertThat(Verdicts.reason(verifier.verify(Forge.signed(header + "." + Forge.base64(broken), signer))))
                .isNotNull();
        assertRejected(
                verifier, Forge.signed(Forge.base64(utf16) + "." + Forge.base64(claims), signer), Reason.MALFORMED);
        assertRejected(verifier, Forge.token(deep, claims, signer), Reason.MALFORMED);
        assertThat(accepted(verifier, Forge.token(deepEnough, claims, signer)).user())
                .isEqualTo("alice");
        assertRejected(
                verifier,
                token("{'sub':'alice','exp':1772370000,'x':" + "[".repeat(16) + "]".repeat(16) + "}"),
                Reason.MALFORMED);
    }

    @Test
    void aHugeTokenIsRefusedUnread() {
        String fits = token("{'sub':'alice','exp':1772370000,'x':'%s'}".formatted("x".repeat(6000)));

        assertThat(fits.length()).isLessThanOrEqualTo(8192);
        assertThat(accepted(verifier, fits).user()).isEqualTo("alice");
        assertRejected(verifier, "a".repeat(8193), Reason.TOO_LARGE);
        assertRejected(
                verifier,
                token("{'sub':'alice','exp':1772370000,'x':'%s'}".formatted("x".repeat(150_000))),
                Reason.TOO_LARGE);
    }

    private static String withKeyId(String id) {
        return Forge.token(
                "{'alg':'HS256','kid':'%s'}".formatted(id),
                "{'sub':'alice','exp':1772370000}",
                Forge.hmac("HS256", Keys.SECRET));
    }

    private static String token(String claims) {
        return Forge.token(HEADER, claims, Forge.hmac("HS256", Keys.SECRET));
    }

    private TokenVerifier verifier(@Nullable String issuer, String... audience) {
        AuthConfig config = new AuthConfig(
                true,
                issuer,
                List.of(audience),
                Duration.ofSeconds(30),
                List.of(Keys.secret(null, Keys.SECRET, "HS256")),
                List.of());
        return Verdicts.verifier(VERTX, config, clock);
    }
}
