package dev.fanfara.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LocalSessionsTest {
    private static final Duration LIFE = Duration.ofMinutes(2);

    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1);
    private final LocalSessions sessions = new LocalSessions(now::get, 1_000);

    @Test
    void aSessionIsTakenOnce() {
        sessions.keep("key", "session", LIFE);

        assertThat(take("other")).isEmpty();
        assertThat(take("key")).contains("session");
        assertThat(take("key")).isEmpty();
    }

    @Test
    void aSessionIsForgottenInTime() {
        sessions.keep("key", "session", LIFE);
        now.addAndGet(LIFE.toNanos() - 1);
        sessions.keep("later", "session", LIFE);
        now.incrementAndGet();

        assertThat(take("key")).isEmpty();
        assertThat(take("later")).contains("session");
    }

    @Test
    void theEldestGoWhenTheyAreTooMuch() {
        for (int i = 0; i < 100; i++) {
            sessions.keep("key" + i, "x".repeat(100), LIFE);
        }

        assertThat(take("key0")).isEmpty();
        assertThat(take("key96")).isEmpty();
        assertThat(take("key97")).isPresent();
        assertThat(take("key98")).isPresent();
        assertThat(take("key99")).isPresent();
        sessions.keep("large", "x".repeat(2_000), LIFE);
        assertThat(take("large")).isEmpty();
    }

    private Optional<String> take(String key) {
        return sessions.take(key).result();
    }
}
