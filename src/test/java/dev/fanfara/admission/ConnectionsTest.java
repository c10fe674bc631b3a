package dev.fanfara.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.config.LimitsConfig;
import dev.fanfara.config.Rate;
import io.vertx.core.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ConnectionsTest {
    private static final ClientAddress HERE = address("192.0.2.1");
    private static final ClientAddress THERE = address("192.0.2.2");

    private long maxSockets = 2;
    private final Connections connections = new Connections(() -> limits(3, 2, 5), () -> maxSockets);

    @Test
    void addressMayHaveSoManyAndNoMore() {
        Connections.Lease first = open(HERE, null).orElseThrow();
        fill(HERE, null);
        fill(HERE, null);
        assertThat(open(HERE, null)).isEmpty();
        assertThat(open(THERE, null)).isPresent();

        first.close();

        assertThat(open(HERE, null)).isPresent();
        assertThat(open(HERE, null)).isEmpty();
    }

    @Test
    void userMayHaveSoManyFromWhereverItComes() {
        fill(HERE, "alice");
        fill(THERE, "alice");

        assertThat(open(THERE, "alice")).isEmpty();
        assertThat(open(THERE, "bob")).isPresent();
    }

    @Test
    void refusalForTheUserDoesNotCountForTheAddress() {
        fill(THERE, "alice");
        fill(THERE, "alice");
        assertThat(open(HERE, "alice")).isEmpty();

        fill(HERE, null);
        fill(HERE, null);
        assertThat(open(HERE, null)).isPresent();
    }

    @Test
    void closingTwiceCountsOnce() {
        Connections.Lease first = open(HERE, "alice").orElseThrow();
        fill(HERE, "alice");

        first.close();
        first.close();

        assertThat(open(HERE, "alice")).isPresent();
        assertThat(open(HERE, "alice")).isEmpty();
    }

    @Test
    void soManyMayBeginPerSecond() {
        for (int i = 0; i < 5; i++) {
            assertThat(connections.refuses(false)).isEmpty();
            assertThat(connections.begin(false)).isEmpty();
        }

        assertThat(connections.refuses(true)).isPresent();
        assertThat(connections.begin(false))
                .hasValueSatisfying(wait -> assertThat(wait).isPositive().isLessThanOrEqualTo(Duration.ofSeconds(10)));
    }

    @Test
    void socketsStayBelowTheirCap() {
        assertThat(connections.socketOpened()).isTrue();
        assertThat(connections.socketOpened()).isTrue();
        assertThat(connections.socketOpened()).isFalse();

        connections.socketClosed();

        assertThat(connections.socketOpened()).isTrue();
    }

    @Test
    void theCapFollowsTheLimitOfTheProcess() {
        connections.socketOpened();
        maxSockets = 1;
        assertThat(connections.socketOpened()).isFalse();

        maxSockets = 2;

        assertThat(connections.socketOpened()).isTrue();
    }

    private Optional<Connections.Lease> open(ClientAddress address, @Nullable String user) {
        return connections.tryOpen(address, user);
    }

    private void fill(ClientAddress address, @Nullable String user) {
        assertThat(open(address, user)).isPresent();
    }

    private static ClientAddress address(String literal) {
        return ClientAddress.of(SocketAddress.inetSocketAddress(1, literal), List.of(), List.of());
    }

    private static LimitsConfig limits(int perIp, int perUser, int perSecond) {
        Rate any = new Rate(1, Duration.ofSeconds(1));
        return new LimitsConfig(any, any, any, perIp, perUser, 1, 1, 1, 1, perSecond, Duration.ofSeconds(5));
    }
}
