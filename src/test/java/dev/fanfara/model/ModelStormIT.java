package dev.fanfara.model;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Thousands of random stories, some while a node dies or stands still: then publishing may be refused and epochs may
 * end, but nobody may be told anything that is not so. {@code -Dfanfara.minutes=…}, of each.
 */
@Tag("long")
class ModelStormIT {
    private static final long MINUTES = Long.getLong("fanfara.minutes", 15);
    private static final int AT_ONCE = 6;

    private static final Random RANDOM = new Random();
    private static Cluster cluster;

    @BeforeAll
    static void start() {
        cluster = new Cluster();
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Test
    void inFairWeather() throws InterruptedException {
        tell(Rules.FAIR, () -> {});
    }

    @Test
    void whileNodesDieAndStandStill() throws InterruptedException {
        tell(Rules.STORM, ModelStormIT::strike);
    }

    private static void tell(Rules rules, Runnable weather) throws InterruptedException {
        Stories stories = new Stories(cluster, rules);
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(MINUTES);
        int told = 0;
        try {
            while (System.nanoTime() < end) {
                stories.tell(AT_ONCE, weather);
                told += AT_ONCE;
            }
        } finally {
            System.out.println(told + " stories told, " + rules);
        }
    }

    private static void strike() {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(RANDOM.nextInt(1500)));
        int node = RANDOM.nextInt(3);
        if (RANDOM.nextInt(3) == 0) {
            cluster.killAndStartAgain(node);
        } else {
            cluster.freeze(node, 500 + RANDOM.nextInt(3500));
        }
    }
}
