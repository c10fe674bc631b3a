package dev.fanfara.config;

import dev.fanfara.json.Fields;
import dev.fanfara.json.Value;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One key or key set and the algorithms it is bound to; exactly one of secret, pem and jwks is there. The binding keeps a
 * token from choosing: a public key must never be taken for an HMAC secret (RFC 8725, section 3.1). Immutable.
 *
 * @param id the {@code kid} of tokens signed with it
 * @param pem the PEM text itself, not its path
 */
public record KeyConfig(
        @Nullable String id,
        List<String> algorithms,
        @Nullable String secret,
        @Nullable String pem,
        @Nullable String jwks) {
    /** RFC 7518, section 3.2: shorter than the hash of HS256 can be searched offline from one token. */
    private static final int SHORTEST_SECRET = 32;

    private static final Value<String> ALGORITHM =
            Value.oneOf(List.of("HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "ES256", "ES384", "EdDSA"));

    private static final Value<String> SECRET = Value.text(
                    "a secret of at least " + SHORTEST_SECRET + " bytes", "x".repeat(SHORTEST_SECRET))
            .where(secret -> secret.getBytes(StandardCharsets.UTF_8).length >= SHORTEST_SECRET)
            .secret();

    private static final Value<String> PEM = Value.text(
                    "a public key or certificate in PEM (-----BEGIN PUBLIC KEY-----)", PemKey.EXAMPLE)
            .where(PemKey::isReadable)
            .hidden();

    static KeyConfig read(Fields fields) {
        KeyConfig key = new KeyConfig(
                fields.optional("id", Value.text("a key id", "k1"), "The kid of tokens signed with this key"),
                fields.requiredList("algorithms", ALGORITHM, "The only algorithms this key is used with"),
                fields.optional("secret", SECRET, "HMAC secret of at least 32 bytes"),
                fields.optional("pem", PEM, "PEM text of a public key, usually ${file:…}"),
                fields.optional("jwks", NetworkValues.JWKS_URL, "URL of a key set"));
        fields.exactlyOneOf("secret", "pem", "jwks");
        boolean allHmac = key.algorithms().stream().allMatch(algorithm -> algorithm.startsWith("HS"));
        boolean noHmac = key.algorithms().stream().noneMatch(algorithm -> algorithm.startsWith("HS"));
        fields.check(
                key.secret() == null || allHmac, "algorithms", "HS256, HS384 or HS512 with a secret", "pem", "jwks");
        fields.check(
                (key.pem() == null && key.jwks() == null) || noHmac,
                "algorithms",
                "RS…, ES… or EdDSA with pem or jwks; HS… needs a secret",
                "secret");
        String pem = key.pem();
        if (pem != null && noHmac) {
            fields.check(
                    key.algorithms().stream().allMatch(algorithm -> PemKey.fits(pem, algorithm)),
                    "algorithms",
                    "algorithms of the key in pem, which is " + PemKey.kind(pem),
                    "pem");
        }
        return key;
    }

    /** Without the key: logs print configurations. */
    @Override
    public String toString() {
        String what = secret != null ? "secret=…" : pem != null ? "pem=…" : "jwks=" + jwks;
        return "KeyConfig[id=" + id + ", algorithms=" + algorithms + ", " + what + "]";
    }
}
