package dev.fanfara.admission;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.fanfara.config.Rate;
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.EstimationProbe;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * So many events in so much time, for each of many keys. A key's window starts at its first event; exactly so many pass
 * in it, and the next begins where it ends. When the configured rate changes every key starts anew. Any thread.
 */
public final class RateLimit {
    /** Far more than honest clients; above, the least used start anew, which favours them and not whoever rotates keys. */
    private static final int MAX_KEYS = 100_000;

    private record Table(Rate rate, Cache<String, Bucket> buckets) {}

    private final Supplier<Rate> rate;
    private final TimeMeter clock;
    private volatile @Nullable Table table;

    public RateLimit(Supplier<Rate> rate) {
        this(rate, TimeMeter.SYSTEM_NANOTIME);
    }

    RateLimit(Supplier<Rate> rate, TimeMeter clock) {
        this.rate = rate;
        this.clock = clock;
    }

    /** One event of {@code key}: empty if it may pass, else how long to wait. */
    public Optional<Duration> refuses(String key) {
        Table now = table();
        return take(now.buckets.get(key, first -> bucket(now.rate, clock)));
    }

    /** Whether the next event of {@code key} would be refused, and for how long; nothing is counted. */
    public Optional<Duration> isSpent(String key) {
        Bucket known = table().buckets.getIfPresent(key);
        if (known == null) {
            return Optional.empty();
        }
        EstimationProbe next = known.estimateAbilityToConsume(1);
        return next.canBeConsumed() ? Optional.empty() : Optional.of(Duration.ofNanos(next.getNanosToWaitForRefill()));
    }

    private static Optional<Duration> take(Bucket bucket) {
        if (bucket.tryConsume(1)) {
            return Optional.empty();
        }
        ConsumptionProbe probe = bucket.tryConsumeAndReturnRemaining(1);
        return probe.isConsumed() ? Optional.empty() : Optional.of(Duration.ofNanos(probe.getNanosToWaitForRefill()));
    }

    private static Bucket bucket(Rate rate, TimeMeter clock) {
        return Bucket.builder()
                .addLimit(Bandwidth.builder()
                        .capacity(rate.events())
                        .refillIntervally(rate.events(), rate.per())
                        .build())
                .withCustomTimePrecision(clock)
                .build();
    }

    private Table table() {
        Rate wanted = rate.get();
        Table known = table;
        if (known == null || !known.rate.equals(wanted)) {
            // A key not seen for a whole window has a full bucket, so nothing is lost with it.
            Cache<String, Bucket> buckets = Caffeine.newBuilder()
                    .maximumSize(MAX_KEYS)
                    .expireAfterAccess(wanted.per())
                    .executor(Runnable::run)
                    .build();
            known = new Table(wanted, buckets);
            table = known;
        }
        return known;
    }
}
