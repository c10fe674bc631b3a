package dev.fanfara.auth;

import dev.fanfara.config.AuthConfig;
import dev.fanfara.config.KeyConfig;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.PubSecKeyOptions;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Signs tokens with a key of the configuration, so that this configuration believes them. Immutable. */
public final class TokenSigner {
    private final JWTAuth signer;
    private final Algorithm algorithm;
    private final ClaimRules rules;

    private TokenSigner(JWTAuth signer, Algorithm algorithm, ClaimRules rules) {
        this.signer = signer;
        this.algorithm = algorithm;
        this.rules = rules;
    }

    /**
     * With the key of that id or, without one, the first that can sign: a secret, or a PEM text with a private key.
     *
     * @throws UnusableKey if there is none, or it is unreadable
     */
    public static TokenSigner of(AuthConfig config, @Nullable String keyId) {
        for (KeyConfig key : config.keys()) {
            if (keyId == null || keyId.equals(key.id())) {
                Optional<TokenSigner> signer = with(key, config);
                if (signer.isPresent()) {
                    return signer.get();
                }
            }
        }
        String which = keyId == null ? "no key of auth.keys" : "no key '" + keyId + "' of auth.keys";
        throw new UnusableKey(which + " can sign: a secret or a PEM text with a PRIVATE KEY is needed");
    }

    /**
     * The token, in its compact form.
     *
     * @throws TokenRejected if the gateway would refuse what was asked for, such as a user without a name
     */
    public String sign(TokenRequest request, Instant now) {
        JsonObject claims = claims(request, now);
        rules.identity(claims, now);
        String token = signer.generateToken(claims, new JWTOptions().setAlgorithm(algorithm.wireName()));
        CompactToken.parse(token);
        return token;
    }

    private JsonObject claims(TokenRequest request, Instant now) {
        JsonObject claims = new JsonObject()
                .put("sub", request.user())
                .put("jti", UUID.randomUUID().toString())
                .put("iat", now.getEpochSecond())
                .put("exp", now.plus(request.lifetime()).getEpochSecond());
        if (rules.issuer() != null) {
            claims.put("iss", rules.issuer());
        }
        if (!rules.audience().isEmpty()) {
            claims.put("aud", rules.audience().size() == 1 ? rules.audience().get(0) : new JsonArray(rules.audience()));
        }
        if (!request.scopes().isEmpty()) {
            claims.put("scope", words(request));
        }
        if (request.rooms() != null) {
            claims.put("rooms", claim(request.rooms()));
        }
        return claims;
    }

    private static Optional<TokenSigner> with(KeyConfig key, AuthConfig config) {
        String name = ConfiguredKeys.nameOf(config, key);
        Set<Algorithm> algorithms = Algorithm.all(key.algorithms(), name);
        Algorithm algorithm = algorithms.iterator().next();
        String text;
        if (key.secret() != null) {
            ConfiguredKeys.checkSecret(key.secret(), algorithms, name);
            text = key.secret();
        } else if (key.pem() != null) {
            PemKeys keys = ConfiguredKeys.pemKeys(key.pem(), algorithms, name);
            if (keys.privateKey() == null) {
                return Optional.empty();
            }
            text = PemKeys.text(keys.privateKey());
        } else {
            return Optional.empty();
        }
        PubSecKeyOptions options = new PubSecKeyOptions()
                .setId(key.id())
                .setAlgorithm(algorithm.wireName())
                .setBuffer(text);
        // Vert.x would only be needed to read a key store.
        JWTAuth signer = JWTAuth.create(null, new JWTAuthOptions().addPubSecKey(options));
        return Optional.of(new TokenSigner(signer, algorithm, ClaimRules.of(config)));
    }

    private static String words(TokenRequest request) {
        return String.join(
                " ",
                request.scopes().stream()
                        .sorted()
                        .map(scope -> scope.name().toLowerCase(Locale.ROOT))
                        .toList());
    }

    private static JsonObject claim(RoomGrants rooms) {
        JsonObject claim = new JsonObject();
        for (RoomAction action : RoomAction.values()) {
            if (rooms.patterns().containsKey(action)) {
                JsonArray patterns = new JsonArray();
                rooms.patterns().getOrDefault(action, List.of()).forEach(pattern -> patterns.add(pattern.value()));
                claim.put(action.claim(), patterns);
            }
        }
        return claim;
    }
}
