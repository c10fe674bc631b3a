package dev.fanfara.auth;

import static dev.fanfara.auth.Verdicts.accepted;
import static dev.fanfara.auth.Verdicts.assertRejected;
import static dev.fanfara.auth.Verdicts.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.auth.TokenRejected.Reason;
import dev.fanfara.config.AuthConfig;
import io.vertx.core.Context;
import io.vertx.core.Deployable;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.security.KeyPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys from a real server that behaves, and one that does not (RELIABILITY F44 and F45). */
class JwksServerTest {
    enum Mode {
        GOOD,
        ERROR,
        SLOW,
        HELD,
        DRIP,
        HUGE,
        REDIRECT,
        NOT_JSON,
        NOT_A_SET,
        TOO_MANY
    }

    private static final KeyPair NEXT = Keys.ec("secp256r1");
    private static final String CLAIMS = "{'sub':'alice','exp':1772370000}";

    private final Vertx vertx = Vertx.vertx();
    private final HandClock clock = new HandClock();
    private final AtomicInteger fetches = new AtomicInteger();
    private final AtomicInteger elsewhere = new AtomicInteger();
    private final Promise<Void> released = Promise.promise();
    private volatile Mode mode = Mode.GOOD;
    private volatile JsonObject published = Keys.set(Keys.jwk("old", Keys.EC));
    private String url = "";

    @BeforeEach
    void publish() {
        HttpServer server =
                await(vertx.createHttpServer().requestHandler(this::answer).listen(0, "127.0.0.1"));
        url = "http://127.0.0.1:" + server.actualPort() + "/jwks.json";
    }

    @AfterEach
    void close() {
        await(vertx.close());
    }

    private void answer(HttpServerRequest request) {
        if (!request.path().equals("/jwks.json")) {
            elsewhere.incrementAndGet();
            request.response().end(published.encode());
            return;
        }
        fetches.incrementAndGet();
        switch (mode) {
            case GOOD -> request.response().end(published.encode());
            case ERROR -> request.response().setStatusCode(500).end(published.encode());
            case SLOW -> {
                // Never answers.
            }
            case HELD -> released.future().onSuccess(now -> request.response().end(published.encode()));
            case DRIP -> {
                request.response().setChunked(true);
                vertx.setPeriodic(100, tick -> request.response().write(" "));
            }
            case HUGE -> request.response().end(Buffer.buffer(published.encode() + " ".repeat(10 << 20)));
            case REDIRECT ->
                request.response()
                        .setStatusCode(302)
                        .putHeader("Location", "/internal")
                        .end();
            case NOT_JSON -> request.response().end("<html>");
            case NOT_A_SET -> request.response().end("{\"keys\":{}}");
            case TOO_MANY -> {
                JsonObject[] keys = new JsonObject[JwksDocument.MAX_KEYS + 1];
                Arrays.setAll(keys, i -> Keys.jwk("k" + i, Keys.EC));
                request.response().end(Keys.set(keys).encode());
            }
        }
    }

    @Test
    void aPublishedKeyIsBelieved() {
        TokenVerifier verifier = verifier("ES256");

        assertThat(verifier.ready()).isTrue();
        assertThat(accepted(verifier, token("old", Keys.EC)).user()).isEqualTo("alice");
        assertThat(accepted(verifier, Forge.token("{'alg':'ES256'}", CLAIMS, Forge.signer("ES256", Keys.EC)))
                        .user())
                .isEqualTo("alice");
        assertRejected(verifier, token("old", NEXT), Reason.BAD_SIGNATURE);
        assertThat(fetches).hasValue(1);
    }

    @Test
    void everyKindOfPublishedKeyIsUnderstood() {
        published = Keys.set(
                Keys.jwk("ec", Keys.EC).put("alg", "ES256"),
                Keys.jwk("ec384", Keys.EC384),
                Keys.jwk("rsa", Keys.RSA),
                Keys.jwk("ed", Keys.ED));
        TokenVerifier verifier = verifier("RS256", "RS384", "RS512", "ES256", "ES384", "EdDSA");

        assertThat(accepted(verifier, token("ES256", "ec", Keys.EC)).user()).isEqualTo("alice");
        assertThat(accepted(verifier, token("ES384", "ec384", Keys.EC384)).user())
                .isEqualTo("alice");
        assertThat(accepted(verifier, token("RS256", "rsa", Keys.RSA)).user()).isEqualTo("alice");
        assertThat(accepted(verifier, token("RS384", "rsa", Keys.RSA)).user()).isEqualTo("alice");
        assertThat(accepted(verifier, token("RS512", "rsa", Keys.RSA)).user()).isEqualTo("alice");
        assertThat(accepted(verifier, token("EdDSA", "ed", Keys.ED)).user()).isEqualTo("alice");
    }

    @Test
    void keysForOtherPurposesArePassedOver() {
        String secret = Forge.base64(Keys.SECRET);
        published = Keys.set(
                new JsonObject()
                        .put("kty", "oct")
                        .put("kid", "oct")
                        .put("k", secret)
                        .put("alg", "HS256"),
                Keys.jwk("enc", Keys.EC).put("use", "enc"),
                Keys.jwk("es384", Keys.EC).put("alg", "ES384"),
                Keys.jwk("sign", Keys.EC).put("key_ops", new JsonArray().add("sign")),
                Keys.jwk("p384", Keys.EC384),
                Keys.jwk("rsa", Keys.RSA),
                Keys.jwk("broken", Keys.EC).put("x", "!"),
                new JsonObject().put("kty", 7),
                Keys.jwk("good", Keys.EC));
        TokenVerifier verifier = verifier("ES256");

        assertThat(accepted(verifier, token("good", Keys.EC)).user()).isEqualTo("alice");
        for (String id : List.of("enc", "es384", "sign", "broken")) {
            assertRejected(verifier, token(id, Keys.EC), Reason.UNKNOWN_KEY);
        }
        assertRejected(verifier, token("RS256", "rsa", Keys.RSA), Reason.BAD_ALGORITHM);
        String symmetric = Forge.token("{'alg':'HS256','kid':'oct'}", CLAIMS, Forge.hmac("HS256", Keys.SECRET));
        assertRejected(verifier, symmetric, Reason.BAD_ALGORITHM);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"keys\":[]}", "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"}]}", "{\"keys\":[7]}"})
    void aSetWithoutUsableKeysBelievesNothing(String set) {
        published = new JsonObject(set);
        TokenVerifier verifier = verifier("ES256");

        assertRejected(verifier, token("old", Keys.EC), Reason.NO_KEYS);
        assertRejected(verifier, Forge.token("{'alg':'none'}", CLAIMS, input -> new byte[64]), Reason.BAD_ALGORITHM);
    }

    @ParameterizedTest
    @EnumSource(
            value = Mode.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"GOOD", "HELD"})
    void aBadAnswerNeitherOpensNorStopsTheGateway(Mode bad) {
        mode = bad;
        long began = System.nanoTime();

        TokenVerifier verifier = verifier("ES256");

        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
        assertThat(verifier.ready()).isFalse();
        assertRejected(verifier, token("old", Keys.EC), Reason.NO_KEYS);
        assertThat(fetches).hasValue(1);
        assertThat(elsewhere).hasValue(0);
    }

    @Test
    void aServerThatIsDownAtStartIsAskedAgain() {
        mode = Mode.ERROR;
        TokenVerifier verifier = verifier("ES256");
        mode = Mode.GOOD;

        assertRejected(verifier, token("old", Keys.EC), Reason.NO_KEYS);
        clock.advance(Jwks.PAUSE);
        assertThat(accepted(verifier, token("old", Keys.EC)).user()).isEqualTo("alice");

        assertThat(verifier.ready()).isTrue();
        assertThat(fetches).hasValue(2);
    }

    @Test
    void aServerThatGoesDownTakesNoUserAlong() {
        TokenVerifier verifier = verifier("ES256");
        mode = Mode.ERROR;
        clock.advance(Jwks.LIFETIME.plusMinutes(1));

        assertThat(accepted(verifier, token("old", Keys.EC)).user()).isEqualTo("alice");
        assertRejected(verifier, token("new", NEXT), Reason.UNKNOWN_KEY);
        assertThat(fetches).hasValue(2);
    }

    @Test
    void aNewKeyIsBelievedAsSoonAsItMayBeLookedFor() {
        TokenVerifier verifier = verifier("ES256");
        published = Keys.set(Keys.jwk("old", Keys.EC), Keys.jwk("new", NEXT));

        assertRejected(verifier, token("new", NEXT), Reason.UNKNOWN_KEY);
        clock.advance(Jwks.PAUSE);
        assertThat(accepted(verifier, token("new", NEXT)).user()).isEqualTo("alice");
        assertThat(accepted(verifier, token("old", Keys.EC)).user()).isEqualTo("alice");

        assertThat(fetches).hasValue(2);
    }

    @Test
    void aRemovedKeyDiesWithTheCache() {
        TokenVerifier verifier = verifier("ES256");
        String old = token("old", Keys.EC);
        accepted(verifier, old);
        published = Keys.set(Keys.jwk("new", NEXT));

        clock.advance(Jwks.LIFETIME.minusSeconds(1));
        assertThat(accepted(verifier, old).user()).isEqualTo("alice");
        clock.advance(Duration.ofSeconds(1));
        assertRejected(verifier, old, Reason.UNKNOWN_KEY);
        assertThat(accepted(verifier, token("new", NEXT)).user()).isEqualTo("alice");
        assertThat(fetches).hasValue(2);
    }

    @Test
    void aThousandUnknownKeysAreOneFetch() {
        TokenVerifier verifier = verifier("ES256");
        clock.advance(Jwks.PAUSE);
        List<Future<Identity>> verdicts = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            verdicts.add(verifier.verify(token("random" + i, input -> new byte[64])));
        }
        Future<Identity> good = verifier.verify(token("old", Keys.EC));

        assertThat(await(good).user()).isEqualTo("alice");
        assertThat(verdicts)
                .allSatisfy(verdict -> assertThat(Verdicts.reason(verdict)).isEqualTo(Reason.UNKNOWN_KEY));
        assertThat(fetches).hasValue(2);
    }

    @Test
    void whoWaitsForAFetchIsAnsweredOnItsOwnEventLoop() {
        TokenVerifier verifier = verifier("ES256");
        published = Keys.set(Keys.jwk("new", NEXT));
        clock.advance(Jwks.PAUSE);
        String token = token("new", NEXT);
        mode = Mode.HELD;
        List<Future<Void>> waiting = new ArrayList<>();
        List<Future<Boolean>> onOwnLoop = new ArrayList<>();

        for (Context loop : eventLoops()) {
            Promise<Void> asked = Promise.promise();
            Promise<Boolean> answered = Promise.promise();
            waiting.add(asked.future());
            onOwnLoop.add(answered.future());
            loop.runOnContext(start -> {
                Thread thread = Thread.currentThread();
                verifier.verify(token)
                        .map(alice -> Vertx.currentContext() == loop && Thread.currentThread() == thread)
                        .onComplete(answered);
                asked.complete();
            });
        }
        await(Future.all(waiting));
        released.complete();

        assertThat(await(Future.all(onOwnLoop)).<Boolean>list()).containsOnly(true);
        assertThat(fetches).hasValue(2);
    }

    @Test
    void aReloadKeepsTheKeysOfAnAddress() {
        TokenVerifier first = verifier("ES256");
        mode = Mode.ERROR;
        AuthConfig reloaded = Keys.config(Keys.secret(null, Keys.SECRET, "HS256"), Keys.jwks(url, "ES256", "ES384"));

        TokenVerifier second = await(TokenVerifier.create(vertx, reloaded, first, clock));

        assertThat(second.ready()).isTrue();
        assertThat(accepted(second, token("old", Keys.EC)).user()).isEqualTo("alice");
        assertThat(fetches).hasValue(1);
    }

    @Test
    void aTokenCannotSendTheGatewayAnywhere() {
        TokenVerifier verifier = verifier("ES256");
        clock.advance(Jwks.PAUSE);
        String evil = url.replace("jwks.json", "evil.json");
        String header = "{'alg':'ES256','kid':'x','jku':'%s','x5u':'%s'}".formatted(evil, evil);
        String claims = "{'sub':'alice','iss':'%s','exp':1772370000}".formatted(evil);

        assertRejected(verifier, Forge.token(header, claims, Forge.signer("ES256", NEXT)), Reason.UNKNOWN_KEY);

        assertThat(elsewhere).hasValue(0);
    }

    private List<Context> eventLoops() {
        List<Context> loops = new CopyOnWriteArrayList<>();
        Supplier<Deployable> verticle = () -> new VerticleBase() {
            @Override
            public Future<?> start() {
                loops.add(context);
                return Future.succeededFuture();
            }
        };
        await(vertx.deployVerticle(verticle, new DeploymentOptions().setInstances(4)));
        return loops;
    }

    private TokenVerifier verifier(String... algorithms) {
        return Verdicts.verifier(vertx, Keys.config(Keys.jwks(url, algorithms)), clock);
    }

    private static String token(String id, KeyPair pair) {
        return token("ES256", id, pair);
    }

    private static String token(String algorithm, String id, KeyPair pair) {
        return Forge.token("{'alg':'%s','kid':'%s'}".formatted(algorithm, id), CLAIMS, Forge.signer(algorithm, pair));
    }

    private static String token(String id, Forge.Signer signer) {
        return Forge.token("{'alg':'ES256','kid':'%s'}".formatted(id), CLAIMS, signer);
    }
}
