package dev.fanfara.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.fanfara.config.AuthConfig;
import dev.fanfara.config.KeyConfig;
import io.vertx.core.Vertx;
import java.security.spec.RSAKeyGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A key that cannot protect anything keeps the gateway from starting, and says which one it is. */
class ConfiguredKeysTest {
    private static final Vertx VERTX = Vertx.vertx();
    private static final String RSA = Keys.pem(Keys.RSA.getPublic());
    private static final String EC = Keys.pem(Keys.EC.getPublic());

    /** As {@code openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256} writes it, public half included. */
    private static final String OPENSSL_EC = """
            -----BEGIN PRIVATE KEY-----
            MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgrUDCpfiK12v9uaoQ
            OvWGvK8zmg8Tg8t+Jy/6cCcky5mhRANCAAQqG5dHqvUmKZ78Y6MucZJ7ha4FDLTh
            n+Sam2dRu499ValpN/dz6MTUv7I2RmiB7lgmb7ulPo2Gj9lUQUDCtKdg
            -----END PRIVATE KEY-----
            """;

    @AfterAll
    static void close() {
        VERTX.close();
    }

    static Stream<Arguments> unusable() {
        return Stream.of(
                Arguments.of(
                        Keys.secret("k1", "abc", "HS256"),
                        "/auth/keys/1 (k1): the secret has 3 bytes, at least 32 are needed"),
                Arguments.of(
                        Keys.secret(null, Keys.SECRET, "RS256"),
                        "/auth/keys/1: a secret serves HS256, HS384 and HS512 only"),
                Arguments.of(
                        Keys.secret(null, RSA, "HS256"),
                        "/auth/keys/1: the secret is a PEM text, which belongs in 'pem'"),
                Arguments.of(
                        Keys.secret(null, Keys.SECRET, "HS256", "RS256"),
                        "/auth/keys/1: one key cannot serve HMAC and RSA"),
                Arguments.of(Keys.secret(null, Keys.SECRET, "hs256"), "/auth/keys/1: unknown algorithm 'hs256'"),
                Arguments.of(Keys.secret(null, Keys.SECRET, "none"), "/auth/keys/1: unknown algorithm 'none'"),
                Arguments.of(Keys.secret(null, Keys.SECRET), "/auth/keys/1: at least one algorithm is needed"),
                Arguments.of(
                        Keys.pem(null, RSA, "HS256"), "/auth/keys/1: HMAC algorithms need a secret, not a PEM text"),
                Arguments.of(Keys.pem(null, EC, "RS256"), "/auth/keys/1: the PEM text holds no readable RSA key"),
                Arguments.of(Keys.pem(null, RSA, "EdDSA"), "/auth/keys/1: the PEM text holds no readable EDDSA key"),
                Arguments.of(Keys.pem(null, EC, "ES384"), "/auth/keys/1: the key (EC, 256 bits) does not fit ES384"),
                Arguments.of(
                        Keys.pem(null, Keys.pem(Keys.EC384.getPublic()), "ES256"),
                        "/auth/keys/1: the key (EC, 384 bits) does not fit ES256"),
                Arguments.of(
                        Keys.pem(null, shortRsa(), "RS256"),
                        "/auth/keys/1: the key (RSA, 1024 bits) does not fit RS256"),
                Arguments.of(
                        Keys.pem("idp", "no key", "RS256"),
                        "/auth/keys/1 (idp): expected a PEM text with a PUBLIC KEY, CERTIFICATE or PRIVATE KEY"),
                Arguments.of(
                        Keys.pem(null, RSA.replaceFirst("MII", "XII"), "RS256"),
                        "/auth/keys/1: the PEM text holds no readable RSA key"),
                Arguments.of(
                        Keys.pem(null, RSA.replace("PUBLIC", "RSA PRIVATE"), "RS256"),
                        "/auth/keys/1: a PEM block 'RSA PRIVATE KEY' cannot be used; 'openssl pkey' writes PUBLIC KEY"
                                + " and PRIVATE KEY"),
                Arguments.of(
                        Keys.pem(null, Keys.pem(Keys.ED.getPrivate()), "EdDSA"),
                        "/auth/keys/1: the PEM text has a private key only; add its PUBLIC KEY ('openssl pkey"
                                + " -pubout')"),
                Arguments.of(
                        Keys.jwks("http://idp.example/jwks.json", "ES256"),
                        "/auth/keys/1: jwks must be an https URL, or http on loopback, without a password"),
                Arguments.of(
                        Keys.jwks("http://127.0.0.1.evil.example/", "ES256"),
                        "/auth/keys/1: jwks must be an https URL, or http on loopback, without a password"),
                Arguments.of(
                        Keys.jwks("file:///etc/passwd", "ES256"),
                        "/auth/keys/1: jwks must be an https URL, or http on loopback, without a password"),
                Arguments.of(Keys.jwks("https://a b", "ES256"), "/auth/keys/1: jwks is not a URL"),
                Arguments.of(
                        Keys.jwks("https://idp/jwks.json", "HS256"),
                        "/auth/keys/1: a JWKS is public, HMAC algorithms need a secret"),
                Arguments.of(
                        new KeyConfig(null, List.of("HS256"), null, null, null),
                        "/auth/keys/1: one of secret, pem and jwks is needed"));
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("unusable")
    void anUnusableKeyIsNamed(KeyConfig key, String sentence) {
        AuthConfig config = Keys.config(Keys.secret("good", Keys.SECRET, "HS256"), key);

        assertThatExceptionOfType(UnusableKey.class)
                .isThrownBy(() -> Verdicts.await(TokenVerifier.create(VERTX, config, null)))
                .withMessage(sentence);
    }

    @Test
    void pemTextsMayHaveWindowsLineEndsAndOtherTextAround() {
        String pem = "# the key of the idp\r\n" + RSA.replace("\n", "\r\n") + "\r\n";

        assertBelieved(Keys.pem(null, pem, "RS256"), Forge.signer("RS256", Keys.RSA), "RS256");
    }

    @Test
    void aPrivateKeyWithItsPublicHalfVerifiesToo() {
        String both = Keys.pem(Keys.ED.getPrivate()) + Keys.pem(Keys.ED.getPublic());

        assertBelieved(Keys.pem(null, both, "EdDSA"), Forge.signer("EdDSA", Keys.ED), "EdDSA");
        assertBelieved(
                Keys.pem(null, Keys.pem(Keys.RSA.getPrivate()), "RS256", "RS512"),
                Forge.signer("RS512", Keys.RSA),
                "RS512");
    }

    @Test
    void anEcKeyOfOpensslKnowsItsPublicHalf() {
        KeyConfig key = Keys.pem("k1", OPENSSL_EC, "ES256");
        TokenVerifier verifier = Verdicts.await(TokenVerifier.create(VERTX, Keys.config(key), null));
        TokenRequest request = new TokenRequest("alice", Duration.ofHours(1), Set.of(), null);

        String token = TokenSigner.of(Keys.config(key), null).sign(request, Instant.now());

        assertThat(Verdicts.accepted(verifier, token).user()).isEqualTo("alice");
    }

    private static void assertBelieved(KeyConfig key, Forge.Signer signer, String algorithm) {
        TokenVerifier verifier = Verdicts.verifier(VERTX, Keys.config(key), new HandClock());
        String token = Forge.token("{'alg':'%s'}".formatted(algorithm), "{'sub':'alice','exp':1772370000}", signer);

        assertThat(Verdicts.accepted(verifier, token).user()).isEqualTo("alice");
    }

    private static String shortRsa() {
        return Keys.pem(Keys.pair("RSA", new RSAKeyGenParameterSpec(1024, RSAKeyGenParameterSpec.F4))
                .getPublic());
    }
}
