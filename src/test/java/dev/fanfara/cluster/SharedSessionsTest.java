package dev.fanfara.cluster;

import static dev.fanfara.cluster.Await.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.recovery.SessionStore;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SharedSessionsTest {
    private static final Duration LIFE = Duration.ofMinutes(2);

    private final Nodes nodes = new Nodes();

    @AfterEach
    void close() {
        nodes.close();
    }

    @Test
    void whatOneNodeKeptIsTakenOnceByAnyAlsoWhenItIsGone() {
        Cluster a = nodes.start(0);
        Cluster b = nodes.start(1);
        SessionStore atB = sessions(b);
        await(sessions(a).keep("one", "session", LIFE));
        await(sessions(a).keep("two", "session", LIFE));

        assertThat(await(atB.take("one"))).contains("session");
        assertThat(await(sessions(a).take("one"))).isEmpty();

        nodes.leave(a);

        assertThat(await(atB.take("two"))).contains("session");
        assertThat(await(atB.take("two"))).isEmpty();
    }

    @Test
    void aSessionIsForgottenInTime() throws InterruptedException {
        SessionStore sessions = sessions(nodes.start(0));
        await(sessions.keep("key", "session", Duration.ofSeconds(1)));

        // The time that is promised to pass; nothing can be awaited, since whoever looks takes it.
        TimeUnit.SECONDS.sleep(2);

        assertThat(await(sessions.take("key"))).isEmpty();
    }

    private static SessionStore sessions(Cluster node) {
        return new SharedSessions(node.vertx(), node.hazelcast().orElseThrow());
    }
}
