package dev.fanfara.auth;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.PubSecKeyOptions;
import io.vertx.ext.auth.User;
import io.vertx.ext.auth.authentication.TokenCredentials;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import java.security.PublicKey;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One key under one algorithm. Each has a {@link JWTAuth} that knows nothing else, so no token can choose to have a public
 * key taken for an HMAC secret. Any thread.
 *
 * <p>A JWTAuth holds a lock while it verifies. There are several, so that threads do not wait for each other.
 */
final class VerificationKey {
    enum Verdict {
        GOOD,
        BAD_SIGNATURE,
        /** Well signed, but a claim has a type vertx-auth stumbled over. */
        BAD_CLAIM
    }

    static final int LANES = Math.max(1, Math.min(4, Runtime.getRuntime().availableProcessors()));
    /** {@code {"alg":"none"}.{}}: a JWTAuth that has dropped its key would believe it. */
    private static final TokenCredentials UNSIGNED = new TokenCredentials("eyJhbGciOiJub25lIn0.e30");

    private final @Nullable String id;
    private final Algorithm algorithm;
    private final int signatureBytes;
    private final JWTAuth[] lanes = new JWTAuth[LANES];

    private VerificationKey(
            @Nullable String id, Algorithm algorithm, int signatureBytes, Supplier<JWTAuthOptions> options) {
        this.id = id;
        this.algorithm = algorithm;
        this.signatureBytes = signatureBytes;
        for (int i = 0; i < LANES; i++) {
            lanes[i] = verifier(options.get());
        }
    }

    static VerificationKey hmac(@Nullable String id, Algorithm algorithm, String secret) {
        int signatureBytes = switch (algorithm) {
            case HS384 -> 48;
            case HS512 -> 64;
            default -> 32;
        };
        return new VerificationKey(id, algorithm, signatureBytes, () -> options(algorithm, secret));
    }

    static VerificationKey of(@Nullable String id, Algorithm algorithm, PublicKey key, KeyShape shape) {
        String pem = PemKeys.text(key);
        return new VerificationKey(id, algorithm, shape.signatureBytes(), () -> options(algorithm, pem));
    }

    /** @param jwk its public members only, {@code kid} not among them: which key to ask is decided here */
    static VerificationKey of(@Nullable String id, Algorithm algorithm, JsonObject jwk, KeyShape shape) {
        return new VerificationKey(
                id, algorithm, shape.signatureBytes(), () -> new JWTAuthOptions().addJwk(jwk.copy()));
    }

    @Nullable
    String id() {
        return id;
    }

    Algorithm algorithm() {
        return algorithm;
    }

    Verdict verify(CompactToken token) {
        // vertx-auth pads what is too short and takes DER for ECDSA: other spellings of the same signature.
        if (token.algorithm() != algorithm || token.signatureBytes() != signatureBytes) {
            return Verdict.BAD_SIGNATURE;
        }
        JWTAuth auth = lanes[(int) (Thread.currentThread().getId() % LANES)];
        try {
            Future<User> user = auth.authenticate(new TokenCredentials(token.text()));
            return user.succeeded() ? Verdict.GOOD : Verdict.BAD_SIGNATURE;
        } catch (RuntimeException stumbled) {
            // It fails the future for a signature and throws for an "exp" that is no number, after the signature.
            return Verdict.BAD_CLAIM;
        }
    }

    private static JWTAuthOptions options(Algorithm algorithm, String text) {
        return new JWTAuthOptions()
                .addPubSecKey(new PubSecKeyOptions()
                        .setAlgorithm(algorithm.wireName())
                        .setBuffer(text));
    }

    /** Times are judged by {@link ClaimRules}. Vert.x would only be needed to read a key store. */
    private static JWTAuth verifier(JWTAuthOptions options) {
        JWTAuth auth = JWTAuth.create(null, options.setJWTOptions(new JWTOptions().setIgnoreExpiration(true)));
        if (auth.authenticate(UNSIGNED).succeeded()) {
            throw new IllegalArgumentException("vertx-auth does not know this kind of key");
        }
        return auth;
    }
}
