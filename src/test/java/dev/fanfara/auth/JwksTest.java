package dev.fanfara.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When a published key set is looked at again; the network is a queue of promises, the clock is moved by hand. */
class JwksTest {
    private static final List<JsonObject> OLD = List.of(new JsonObject().put("kid", "old"));
    private static final List<JsonObject> NEW = List.of(new JsonObject().put("kid", "new"));

    private final HandClock clock = new HandClock();
    private final Deque<Promise<List<JsonObject>>> fetches = new ArrayDeque<>();
    private int count;
    private final Jwks jwks = new Jwks("http://idp/", this::fetch, clock);

    @Test
    void theSetIsFetchedOnceForEverybodyWhoWaits() {
        Future<Void> first = jwks.fresh();
        Future<Void> second = jwks.fresh();
        Future<Void> third = jwks.lookAgain();

        assertThat(first.isComplete()).isFalse();
        assertThat(jwks.ready()).isFalse();
        land(OLD);

        assertThat(first.succeeded() && second.succeeded() && third.succeeded()).isTrue();
        assertThat(jwks.keys()).isEqualTo(OLD);
        assertThat(jwks.ready()).isTrue();
        assertThat(count).isEqualTo(1);
    }

    @Test
    void theSetIsBelievedForTenMinutes() {
        jwks.fresh();
        land(OLD);

        clock.advance(Jwks.LIFETIME.minusMillis(1));
        assertThat(jwks.fresh().isComplete()).isTrue();
        assertThat(count).isEqualTo(1);

        clock.advance(Duration.ofMillis(1));
        Future<Void> renewed = jwks.fresh();
        assertThat(renewed.isComplete()).isFalse();
        land(NEW);
        assertThat(renewed.succeeded()).isTrue();
        assertThat(jwks.keys()).isEqualTo(NEW);
    }

    @Test
    void anUnknownKeyIsLookedForEveryTenSecondsAtMost() {
        jwks.fresh();
        land(OLD);

        for (int second = 0; second < 60; second++) {
            for (int i = 0; i < 100; i++) {
                jwks.lookAgain();
            }
            while (!fetches.isEmpty()) {
                land(OLD);
            }
            clock.advance(Duration.ofSeconds(1));
        }

        assertThat(count).isBetween(6, 7);
    }

    @Test
    void whileTheIssuerIsDownKnownKeysStayValidAndNobodyWaitsTwice() {
        jwks.fresh();
        land(OLD);
        clock.advance(Jwks.LIFETIME);
        jwks.fresh();
        fail();

        assertThat(jwks.fresh().isComplete()).isTrue();
        clock.advance(Jwks.PAUSE);
        assertThat(jwks.fresh().isComplete()).isTrue();
        assertThat(count).isEqualTo(3);
        fail();
        clock.advance(Duration.ofHours(20));
        assertThat(jwks.fresh().isComplete()).isTrue();
        assertThat(jwks.keys()).isEqualTo(OLD);
        assertThat(jwks.ready()).isTrue();

        land(NEW);
        assertThat(jwks.keys()).isEqualTo(NEW);
    }

    @Test
    void aSetThatNeverCameIsAskedForAgain() {
        Future<Void> first = jwks.fresh();
        fail();
        assertThat(first.succeeded()).isTrue();
        assertThat(jwks.ready()).isFalse();

        assertThat(jwks.fresh().isComplete()).isTrue();
        clock.advance(Jwks.PAUSE);
        Future<Void> second = jwks.fresh();
        assertThat(second.isComplete()).isFalse();
        land(OLD);

        assertThat(jwks.ready()).isTrue();
        assertThat(count).isEqualTo(2);
    }

    @Test
    void aClockThatIsSetBackDoesNotFreezeTheSet() {
        jwks.fresh();
        land(OLD);

        clock.advance(Duration.ofDays(-30));
        jwks.fresh();
        land(NEW);

        assertThat(jwks.keys()).isEqualTo(NEW);
    }

    @Test
    void aSourceThatThrowsIsAFailureLikeAnyOther() {
        Jwks broken = new Jwks(
                "http://idp/",
                () -> {
                    throw new IllegalStateException("closed");
                },
                clock);

        assertThat(broken.fresh().succeeded()).isTrue();
        assertThat(broken.ready()).isFalse();
    }

    private Future<List<JsonObject>> fetch() {
        count++;
        Promise<List<JsonObject>> promise = Promise.promise();
        fetches.add(promise);
        return promise.future();
    }

    private void land(List<JsonObject> keys) {
        fetches.remove().complete(keys);
    }

    private void fail() {
        fetches.remove().fail(new IOException("refused"));
    }
}
