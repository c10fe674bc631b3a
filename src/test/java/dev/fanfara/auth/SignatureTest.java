package dev.fanfara.auth;

import static dev.fanfara.auth.Verdicts.accepted;
import static dev.fanfara.auth.Verdicts.assertRejected;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.auth.TokenRejected.Reason;
import dev.fanfara.config.KeyConfig;
import io.vertx.core.Vertx;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which signatures are believed: every algorithm, and every known way to pass without one (RELIABILITY T2 to T5). */
class SignatureTest {
    private static final Vertx VERTX = Vertx.vertx();
    private static final String CLAIMS = "{'sub':'alice','exp':1772370000}";

    private final HandClock clock = new HandClock();

    record Case(String algorithm, KeyConfig key, Forge.Signer signer) {
        @Override
        public String toString() {
            return algorithm;
        }
    }

    static Stream<Case> algorithms() {
        Stream<Case> secrets = Stream.of("HS256", "HS384", "HS512")
                .map(name -> new Case(name, Keys.secret("k1", Keys.SECRET, name), Forge.hmac(name, Keys.SECRET)));
        Stream<Case> pairs = Stream.of("RS256", "RS384", "RS512", "ES256", "ES384", "EdDSA")
                .map(name -> new Case(
                        name, Keys.pem("k1", Keys.pem(pair(name).getPublic()), name), Forge.signer(name, pair(name))));
        return Stream.concat(secrets, pairs);
    }

    private static KeyPair pair(String algorithm) {
        return switch (algorithm) {
            case "ES256" -> Keys.EC;
            case "ES384" -> Keys.EC384;
            case "EdDSA" -> Keys.ED;
            default -> Keys.RSA;
        };
    }

    @AfterAll
    static void close() {
        VERTX.close();
    }

    @ParameterizedTest
    @MethodSource("algorithms")
    void aSignedTokenIsBelieved(Case under) {
        TokenVerifier verifier = verifier(under.key());

        assertThat(accepted(verifier, token(under, "{'alg':'%s','typ':'JWT'}")).user())
                .isEqualTo("alice");
        assertThat(accepted(verifier, token(under, "{'kid':'k1','alg':'%s'}")).user())
                .isEqualTo("alice");
    }

    @ParameterizedTest
    @MethodSource("algorithms")
    void aChangedTokenIsNot(Case under) {
        TokenVerifier verifier = verifier(under.key());
        String good = token(under, "{'alg':'%s'}");
        String[] parts = good.split("\\.", -1);
        String other = Forge.base64("{\"sub\":\"mallory\",\"exp\":1772370000}");

        assertRejected(verifier, parts[0] + "." + other + "." + parts[2], Reason.BAD_SIGNATURE);
        assertRejected(verifier, parts[0] + "." + parts[1] + "." + flipped(parts[2]), Reason.BAD_SIGNATURE);
        assertRejected(verifier, parts[0] + "." + parts[1] + "." + zeros(parts[2]), Reason.BAD_SIGNATURE);
        assertThat(accepted(verifier, good).user()).isEqualTo("alice");
    }

    @ParameterizedTest
    @MethodSource("algorithms")
    void aTokenOfAnotherKeyIsNot(Case under) {
        Forge.Signer other = under.algorithm().startsWith("HS")
                ? Forge.hmac(under.algorithm(), "another secret of at least 32 bytes")
                : Forge.signer(under.algorithm(), otherPair(under.algorithm()));
        String token = Forge.token("{'alg':'%s'}".formatted(under.algorithm()), CLAIMS, other);

        assertRejected(verifier(under.key()), token, Reason.BAD_SIGNATURE);
    }

    @ParameterizedTest
    @MethodSource("algorithms")
    void aSignatureHasOneSpelling(Case under) {
        TokenVerifier verifier = verifier(under.key());
        String good = token(under, "{'alg':'%s'}");
        String unsigned = good.substring(0, good.lastIndexOf('.') + 1);
        byte[] signature = Base64.getUrlDecoder().decode(good.substring(unsigned.length()));

        assertRejected(verifier, good + "=", Reason.MALFORMED);
        assertRejected(
                verifier,
                unsigned + Forge.base64(Arrays.copyOf(signature, signature.length + 1)),
                Reason.BAD_SIGNATURE);
        assertRejected(
                verifier,
                unsigned + Forge.base64(Arrays.copyOf(signature, signature.length - 1)),
                Reason.BAD_SIGNATURE);
    }

    @Test
    void aDerSignatureIsAnotherSpelling() {
        String token = Forge.token("{'alg':'ES256'}", CLAIMS, input -> Forge.sign("SHA256withECDSA", Keys.EC, input));

        assertRejected(verifier(Keys.pem(null, Keys.pem(Keys.EC.getPublic()), "ES256")), token, Reason.BAD_SIGNATURE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"none", "None", "nOnE", "NONE", "none ", "", "hs256", "HS1", "PS256", "ES512", "RSA-OAEP", "dir"
            })
    void anUnknownAlgorithmIsRefused(String algorithm) {
        TokenVerifier verifier = verifier(Keys.secret(null, Keys.SECRET, "HS256"));
        String header = "{'alg':'%s'}".formatted(algorithm);

        assertRejected(verifier, Forge.token(header, CLAIMS, Forge.hmac("HS256", Keys.SECRET)), Reason.BAD_ALGORITHM);
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "nOnE", "HS256", "RS256"})
    void aTokenWithoutSignatureIsRefused(String algorithm) {
        TokenVerifier verifier = verifier(Keys.secret(null, Keys.SECRET, "HS256"));
        String input = Forge.base64("{\"alg\":\"" + algorithm + "\"}") + "." + Forge.base64(CLAIMS.replace('\'', '"'));

        assertRejected(verifier, input, Reason.MALFORMED);
        assertRejected(verifier, input + ".", Reason.MALFORMED);
    }

    @Test
    void withoutKeysNothingIsBelieved() {
        TokenVerifier verifier = verifier();
        String input = Forge.base64("{\"alg\":\"none\"}") + "." + Forge.base64("{\"sub\":\"admin\"}");

        assertRejected(verifier, input, Reason.MALFORMED);
        assertRejected(
                verifier, Forge.token("{'alg':'HS256'}", CLAIMS, Forge.hmac("HS256", Keys.SECRET)), Reason.NO_KEYS);
        assertThat(verifier.ready()).isTrue();
    }

    @Test
    void aPublicKeyIsNoSecret() {
        String pem = Keys.pem(Keys.RSA.getPublic());
        String oneLine = "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getEncoder().encodeToString(Keys.RSA.getPublic().getEncoded())
                + "\n-----END PUBLIC KEY-----";
        BigInteger modulus = ((RSAPublicKey) Keys.RSA.getPublic()).getModulus();
        TokenVerifier verifier = verifier(Keys.pem("idp", pem, "RS256"));
        TokenVerifier both = verifier(Keys.pem("idp", pem, "RS256"), Keys.secret("own", Keys.SECRET, "HS256"));

        for (String secret :
                List.of(pem, pem.strip(), oneLine, oneLine + "\n", modulus.toString(), modulus.toString(16))) {
            for (String header : List.of("{'alg':'HS256'}", "{'alg':'HS256','kid':'idp'}")) {
                String token = Forge.token(header, CLAIMS, Forge.hmac("HS256", secret));
                assertRejected(verifier, token, Reason.BAD_ALGORITHM);
                assertThat(Verdicts.reason(both.verify(token))).isIn(Reason.BAD_SIGNATURE, Reason.UNKNOWN_KEY);
            }
        }
    }

    @Test
    void aKeyServesItsOwnAlgorithmsOnly() {
        TokenVerifier verifier =
                verifier(Keys.secret("a", Keys.SECRET, "HS256"), Keys.secret("b", "b".repeat(64), "HS512"));

        assertRejected(
                verifier,
                Forge.token("{'alg':'HS512','kid':'a'}", CLAIMS, Forge.hmac("HS512", Keys.SECRET)),
                Reason.UNKNOWN_KEY);
        assertRejected(
                verifier,
                Forge.token("{'alg':'HS384'}", CLAIMS, Forge.hmac("HS384", Keys.SECRET)),
                Reason.BAD_ALGORITHM);
    }

    @Test
    void aKeyIdChoosesAmongTheKeysOfTheConfiguration() {
        TokenVerifier verifier =
                verifier(Keys.secret("old", "o".repeat(32), "HS256"), Keys.secret("new", "n".repeat(32), "HS256"));

        for (String id : List.of("old", "new")) {
            String header = "{'alg':'HS256','kid':'%s'}".formatted(id);
            Forge.Signer right = Forge.hmac("HS256", id.substring(0, 1).repeat(32));
            Forge.Signer wrong = Forge.hmac("HS256", id.equals("old") ? "n".repeat(32) : "o".repeat(32));

            assertThat(accepted(verifier, Forge.token(header, CLAIMS, right)).user())
                    .isEqualTo("alice");
            assertRejected(verifier, Forge.token(header, CLAIMS, wrong), Reason.BAD_SIGNATURE);
            assertThat(accepted(verifier, Forge.token("{'alg':'HS256'}", CLAIMS, right))
                            .user())
                    .isEqualTo("alice");
        }
    }

    @Test
    void aKeyWithoutIdTakesWhateverIdTheIssuerGaveIt() {
        TokenVerifier verifier = verifier(Keys.secret(null, Keys.SECRET, "HS256"));
        String token = Forge.token("{'alg':'HS256','kid':'2026-01'}", CLAIMS, Forge.hmac("HS256", Keys.SECRET));

        assertThat(accepted(verifier, token).user()).isEqualTo("alice");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../../etc/hosts",
                "/dev/null",
                "' or 1=1 --",
                "http://127.0.0.1/key",
                "k1\\u0000",
                "K1",
                "k1 ",
                "k2",
                "*"
            })
    void aKeyIdIsANameAndNothingElse(String id) {
        TokenVerifier verifier = verifier(Keys.secret("k1", Keys.SECRET, "HS256"));
        String header = "{\"alg\":\"HS256\",\"kid\":\"" + id + "\"}";

        assertRejected(verifier, forgeWith(header, Forge.hmac("HS256", Keys.SECRET)), Reason.UNKNOWN_KEY);
        assertRejected(verifier, forgeWith(header, Forge.hmac("HS256", "\0")), Reason.UNKNOWN_KEY);
        assertRejected(verifier, forgeWith(header, input -> new byte[32]), Reason.UNKNOWN_KEY);
    }

    /** For headers that hold single quotes themselves. */
    private static String forgeWith(String header, Forge.Signer signer) {
        return Forge.signed(Forge.base64(header) + "." + Forge.base64(CLAIMS.replace('\'', '"')), signer);
    }

    @ParameterizedTest
    @ValueSource(strings = {"../../etc/hosts", "' or 1", "http://127.0.0.1/key", "a b"})
    void evenAKeyWithoutIdTakesNoPath(String id) {
        String header = "{\"alg\":\"HS256\",\"kid\":\"" + id + "\"}";

        assertRejected(
                verifier(Keys.secret(null, Keys.SECRET, "HS256")),
                forgeWith(header, Forge.hmac("HS256", Keys.SECRET)),
                Reason.UNKNOWN_KEY);
    }

    @Test
    void keysInTheHeaderAreNotBelieved() {
        String jwk = Keys.jwk("evil", Keys.EC384).encode();
        KeyPair evil = otherPair("ES256");
        TokenVerifier verifier = verifier(Keys.pem("k1", Keys.pem(Keys.EC.getPublic()), "ES256"));
        String header = "{\"alg\":\"ES256\",\"kid\":\"k1\",\"jwk\":" + jwk
                + ",\"jku\":\"http://127.0.0.1:1/\",\"x5u\":\"http://127.0.0.1:1/\",\"x5c\":[\"AAAA\"]}";

        assertRejected(verifier, forgeWith(header, Forge.signer("ES256", evil)), Reason.BAD_SIGNATURE);
    }

    @Test
    void atMostEightKeysAreTriedForATokenWithoutKeyId() {
        KeyConfig[] keys = new KeyConfig[9];
        Arrays.setAll(keys, i -> Keys.secret("k" + i, ("" + i).repeat(32), "HS256"));
        TokenVerifier verifier = verifier(keys);

        assertThat(accepted(verifier, Forge.token("{'alg':'HS256'}", CLAIMS, Forge.hmac("HS256", "7".repeat(32))))
                        .user())
                .isEqualTo("alice");
        assertRejected(
                verifier,
                Forge.token("{'alg':'HS256'}", CLAIMS, Forge.hmac("HS256", "8".repeat(32))),
                Reason.BAD_SIGNATURE);
    }

    @Test
    void aRememberedTokenStillExpires() {
        Case under = algorithms()
                .filter(each -> each.algorithm().equals("ES256"))
                .findFirst()
                .orElseThrow();
        TokenVerifier verifier = verifier(under.key());
        String token = token(under, "{'alg':'%s'}");
        accepted(verifier, token);

        clock.advance(Duration.ofHours(2));

        assertRejected(verifier, token, Reason.EXPIRED);
    }

    @Test
    void theRejectionNeverQuotesTheToken() {
        String token = "canary." + Forge.base64("canary") + ".canary";

        assertThat(verifier(Keys.secret(null, Keys.SECRET, "HS256"))
                        .verify(token)
                        .cause())
                .hasMessage("malformed")
                .hasNoCause()
                .satisfies(rejected -> assertThat(rejected.getStackTrace()).isEmpty());
    }

    private TokenVerifier verifier(KeyConfig... keys) {
        return Verdicts.verifier(VERTX, Keys.config(keys), clock);
    }

    private static String token(Case under, String header) {
        return Forge.token(header.formatted(under.algorithm()), CLAIMS, under.signer());
    }

    private static KeyPair otherPair(String algorithm) {
        return switch (algorithm) {
            case "ES256" -> Keys.ec("secp256r1");
            case "ES384" -> Keys.ec("secp384r1");
            case "EdDSA" -> Keys.pair("EdDSA", NamedParameterSpec.ED25519);
            default -> Keys.pair("RSA", new RSAKeyGenParameterSpec(2048, BigInteger.valueOf(65537)));
        };
    }

    private static String flipped(String signature) {
        byte[] bytes = Base64.getUrlDecoder().decode(signature);
        bytes[bytes.length / 2] ^= 1;
        return Forge.base64(bytes);
    }

    private static String zeros(String signature) {
        return Forge.base64(new byte[Base64.getUrlDecoder().decode(signature).length]);
    }
}
