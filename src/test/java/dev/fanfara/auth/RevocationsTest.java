package dev.fanfara.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.fanfara.protocol.Refusal;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RevocationsTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00.500Z");
    private static final Instant UNTIL = NOW.plus(Duration.ofHours(1));

    private final HandClock clock = new HandClock();
    private final Shared shared = new Shared();
    private final Revocations revocations = new Revocations(shared, clock);

    @BeforeEach
    void begin() {
        at(NOW);
    }

    private void at(Instant time) {
        clock.advance(Duration.between(clock.instant(), time));
    }

    /** What a cluster keeps. */
    private static final class Shared implements RevocationStore {
        private final Set<Revocation> kept = new HashSet<>();

        @Override
        public Future<Void> keep(Revocation revocation) {
            kept.add(revocation);
            return Future.succeededFuture();
        }

        @Override
        public Future<Collection<Revocation>> all() {
            return Future.succeededFuture(List.copyOf(kept));
        }
    }

    @Test
    void userIsRefusedWithWhatWasIssuedBefore() {
        revocations.keep(Revocation.ofUser("alice", NOW, UNTIL)).await();

        assertThat(revocations.refuse(token("alice", NOW.minusSeconds(10), null)))
                .isTrue();
        assertThat(revocations.refuse(token("alice", null, null))).isTrue();
        assertThat(revocations.refuse(token("alice", Instant.parse("2026-03-01T12:00:00Z"), null)))
                .as("issued in the very second")
                .isTrue();
        assertThat(revocations.refuse(token("alice", Instant.parse("2026-03-01T12:00:01Z"), null)))
                .isFalse();
        assertThat(revocations.refuse(token("bob", null, "alice"))).isFalse();
        assertThat(revocations.refuse(Identity.anonymous("alice", true))).isFalse();
    }

    @Test
    void tokenIsRefusedByItsId() {
        revocations.keep(Revocation.ofToken("t1", NOW, UNTIL)).await();

        assertThat(revocations.refuse(token("alice", NOW.plusSeconds(60), "t1")))
                .isTrue();
        assertThat(revocations.refuse(token("alice", null, "t2"))).isFalse();
        assertThat(revocations.refuse(token("t1", null, null))).isFalse();
    }

    @Test
    void timeEndsIt() {
        revocations.keep(Revocation.ofToken("t1", NOW, UNTIL)).await();
        at(UNTIL);

        assertThat(revocations.refuse(token("alice", null, "t1"))).isFalse();
    }

    @Test
    void laterOneTakesNothingBack() {
        Instant later = NOW.plusSeconds(60);
        revocations.add(Revocation.ofUser("alice", NOW, UNTIL));
        assertThat(revocations.add(Revocation.ofUser("alice", later, NOW.plusSeconds(120))))
                .isTrue();
        assertThat(revocations.add(Revocation.ofUser("alice", NOW, NOW.plusSeconds(1))))
                .as("covered by the first")
                .isFalse();

        at(NOW.plusSeconds(90));
        assertThat(revocations.refuse(token("alice", NOW.plusSeconds(30), null)))
                .isTrue();
        at(NOW.plusSeconds(200));
        assertThat(revocations.refuse(token("alice", NOW.plusSeconds(30), null)))
                .isFalse();
        assertThat(revocations.refuse(token("alice", NOW.minusSeconds(30), null)))
                .isTrue();
    }

    @Test
    void nodesThatWereApartAddUpWhatTheyKnow() {
        Revocations other = new Revocations(shared, clock);
        revocations.add(Revocation.ofToken("here", NOW, UNTIL));
        other.keep(Revocation.ofToken("there", NOW, UNTIL)).await();

        assertThat(revocations.refresh().await()).isTrue();
        assertThat(other.refresh().await()).isTrue();
        assertThat(other.refresh().await()).isFalse();

        for (Revocations each : List.of(revocations, other)) {
            assertThat(each.refuse(token("alice", null, "here"))).isTrue();
            assertThat(each.refuse(token("alice", null, "there"))).isTrue();
        }
    }

    @Test
    void thereAreSoManyAtATime() {
        for (int i = 0; i < Revocations.MAX; i++) {
            revocations.keep(Revocation.ofToken("t" + i, NOW, UNTIL)).await();
        }

        assertThatExceptionOfType(Refusal.class)
                .isThrownBy(() ->
                        revocations.keep(Revocation.ofToken("more", NOW, UNTIL)).await())
                .withMessage("There are at most 10000 revocations at a time");
        revocations.keep(Revocation.ofToken("t1", NOW, UNTIL.plusSeconds(1))).await();
        at(UNTIL);
        revocations.keep(Revocation.ofToken("more", NOW, UNTIL.plusSeconds(1))).await();
        assertThat(revocations.refuse(token("alice", null, "more"))).isTrue();
    }

    @Test
    void textSaysAll() {
        for (Revocation each :
                List.of(Revocation.ofUser("a user with blanks", NOW, UNTIL), Revocation.ofToken("4f:1", NOW, UNTIL))) {
            assertThat(Revocation.parse(each.text())).isEqualTo(each);
        }
    }

    private static Identity token(String user, @Nullable Instant issued, @Nullable String id) {
        return new Identity(Identity.Kind.TOKEN, user, UNTIL, issued, id, Set.of(), null);
    }
}
