package dev.fanfara.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

class RoutesTest {
    private final Routes routes = new Routes();

    @Test
    void addressNamesItsNodeInTheThirdPlace() {
        assertThat(Routes.node("fanfara.room.7e57.3")).isEqualTo("7e57");
        assertThat(Routes.node("fanfara.room.7e57")).isEqualTo("7e57");
    }

    @Test
    void foreignAddressNamesNoNode() {
        assertThat(Routes.node("app.room.7e57.3")).isNull();
        assertThat(Routes.node("fanfara.room")).isNull();
        assertThat(Routes.node("__vertx.reply.7e57")).isNull();
    }

    @Test
    void nodeThatIsGoneTakesItsAddressesAlong() {
        routes.ask("fanfara.room.a.0", "a", node -> true);
        routes.ask("fanfara.room.b.0", "b", node -> true);
        routes.ask("fanfara.room.b.1", "b", node -> true);

        assertThat(routes.forgetAbsent(Set.of("a")::contains))
                .containsExactlyInAnyOrder("fanfara.room.b.0", "fanfara.room.b.1");

        assertThat(routes.size()).isEqualTo(1);
    }

    @Test
    void absentNodeIsNotRemembered() {
        assertThat(routes.ask("fanfara.room.a.0", "a", node -> false)).isFalse();

        assertThat(routes.size()).isZero();
    }
}
