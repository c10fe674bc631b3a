package dev.fanfara.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.fanfara.config.AuthConfig;
import dev.fanfara.config.KeyConfig;
import dev.fanfara.protocol.RoomPattern;
import dev.fanfara.protocol.Scope;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TokenSignerTest {
    private static final Vertx VERTX = Vertx.vertx();
    private static final TokenRequest REQUEST = new TokenRequest(
            "alice",
            Duration.ofHours(1),
            Set.of(Scope.ADMIN, Scope.PUBLISH),
            new RoomGrants(Map.of(RoomAction.JOIN, List.of(new RoomPattern("dash:*")))));

    private final HandClock clock = new HandClock();

    @AfterAll
    static void close() {
        VERTX.close();
    }

    static Stream<KeyConfig> keys() {
        return Stream.of(
                Keys.secret("k1", Keys.SECRET, "HS256"),
                Keys.secret(null, Keys.SECRET, "HS384"),
                Keys.secret("k1", Keys.SECRET, "HS512"),
                Keys.pem("k1", Keys.pem(Keys.RSA.getPrivate()), "RS256"),
                Keys.pem("k1", Keys.pem(Keys.RSA.getPrivate()), "RS384", "RS512"),
                Keys.pem("k1", Keys.pem(Keys.EC.getPrivate()) + Keys.pem(Keys.EC.getPublic()), "ES256"),
                Keys.pem("k1", Keys.pem(Keys.EC384.getPublic()) + Keys.pem(Keys.EC384.getPrivate()), "ES384"),
                Keys.pem(null, Keys.pem(Keys.ED.getPrivate()) + Keys.pem(Keys.ED.getPublic()), "EdDSA"));
    }

    @ParameterizedTest
    @MethodSource("keys")
    void theGatewayBelievesWhatItsConfigurationSigned(KeyConfig key) {
        AuthConfig config = new AuthConfig(
                true, "https://idp", List.of("dash", "chat"), Duration.ofSeconds(30), List.of(key), List.of());

        String token = TokenSigner.of(config, null).sign(REQUEST, clock.instant());

        Identity alice = Verdicts.accepted(Verdicts.verifier(VERTX, config, clock), token);
        assertThat(alice.user()).isEqualTo("alice");
        assertThat(alice.expires()).isEqualTo(clock.instant().plus(Duration.ofHours(1)));
        assertThat(alice.issued()).isEqualTo(clock.instant());
        assertThat(alice.tokenId()).isNotEmpty();
        assertThat(alice.scopes()).containsExactlyInAnyOrder(Scope.ADMIN, Scope.PUBLISH);
        assertThat(alice.rooms()).isEqualTo(REQUEST.rooms());
    }

    @Test
    void theFirstKeyThatCanSignDoes() {
        AuthConfig config = Keys.config(
                Keys.jwks("https://idp/jwks.json", "ES256"),
                Keys.pem("public", Keys.pem(Keys.RSA.getPublic()), "RS256"),
                Keys.secret("own", Keys.SECRET, "HS512"),
                Keys.secret("other", "o".repeat(32), "HS256"));

        assertThat(header(TokenSigner.of(config, null)))
                .isEqualTo("{\"typ\":\"JWT\",\"alg\":\"HS512\",\"kid\":\"own\"}");
        assertThat(header(TokenSigner.of(config, "other"))).contains("\"kid\":\"other\"");
    }

    @Test
    void withoutAKeyThatCanSignThereIsNoSigner() {
        AuthConfig config = Keys.config(Keys.pem("public", Keys.pem(Keys.RSA.getPublic()), "RS256"));

        assertThatExceptionOfType(UnusableKey.class)
                .isThrownBy(() -> TokenSigner.of(config, null))
                .withMessage("no key of auth.keys can sign: a secret or a PEM text with a PRIVATE KEY is needed");
        assertThatExceptionOfType(UnusableKey.class)
                .isThrownBy(() -> TokenSigner.of(config, "k9"))
                .withMessage("no key 'k9' of auth.keys can sign: a secret or a PEM text with a PRIVATE KEY is needed");
    }

    @Test
    void whatTheGatewayWouldRefuseIsNotSigned() {
        TokenSigner signer = TokenSigner.of(Keys.config(Keys.secret(null, Keys.SECRET, "HS256")), null);
        TokenRequest nameless = new TokenRequest("", Duration.ofHours(1), Set.of(), null);

        assertThatExceptionOfType(TokenRejected.class)
                .isThrownBy(() -> signer.sign(nameless, clock.instant()))
                .withMessage("bad-claim");
    }

    private String header(TokenSigner signer) {
        String token = signer.sign(REQUEST, clock.instant());
        return new String(
                Base64.getUrlDecoder().decode(token.substring(0, token.indexOf('.'))), StandardCharsets.UTF_8);
    }
}
