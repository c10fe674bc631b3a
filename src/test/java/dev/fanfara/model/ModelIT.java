package dev.fanfara.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A minute of random stories in fair weather. {@code -Dfanfara.seed=…} tells one, twenty times. */
class ModelIT {
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
    void whateverClientsDoTheyAreToldTheTruth() throws InterruptedException {
        assertThat(new Stories(cluster, Rules.FAIR).tell(TimeUnit.SECONDS.toNanos(45)))
                .isPositive();
    }
}
