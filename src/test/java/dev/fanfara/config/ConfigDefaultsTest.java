package dev.fanfara.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.protocol.RoomName;
import dev.fanfara.protocol.RoomPattern;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigDefaultsTest {
    @TempDir
    private Path folder;

    @Test
    void nothingWrittenIsOneOpenNodeOnLoopback() {
        GatewayConfig config = new ConfigFixture(folder).config();

        assertThat(config)
                .isEqualTo(new GatewayConfig(
                        new ServerConfig(
                                "127.0.0.1",
                                8080,
                                TransportKind.AUTO,
                                0,
                                List.of(),
                                List.of(),
                                null,
                                new CompressionConfig(false, 1024)),
                        new ManagementConfig("127.0.0.1", 9090, null, null),
                        new AuthConfig(false, null, List.of(), Duration.ofSeconds(30), List.of(), List.of()),
                        new ClusterConfig(
                                false,
                                "fanfara",
                                "127.0.0.1",
                                5701,
                                15701,
                                new DiscoveryConfig(
                                        DiscoveryType.MEMBERS,
                                        List.of("127.0.0.1:5701", "127.0.0.1:5702", "127.0.0.1:5703"),
                                        null),
                                1,
                                null),
                        new ConnectionsConfig(Duration.ofSeconds(25), Duration.ofSeconds(10), 65536, 1048576),
                        new LimitsConfig(
                                new Rate(600, Duration.ofMinutes(1)),
                                new Rate(5000, Duration.ofSeconds(1)),
                                new Rate(6000, Duration.ofMinutes(15)),
                                1000,
                                100,
                                128,
                                1000,
                                200_000,
                                Runtime.getRuntime().maxMemory() / 100 * 25,
                                500,
                                Duration.ofSeconds(5)),
                        new DrainConfig(Duration.ofSeconds(20)),
                        List.of(new RoomRule(
                                new RoomPattern("**"),
                                RoomMode.PLAIN,
                                PresenceMode.FULL,
                                Access.ANYONE,
                                Access.ANYONE)),
                        List.of(),
                        new SocketIoConfig(
                                List.of("/"), Duration.ofSeconds(25), Duration.ofSeconds(20), 65536, Duration.ZERO),
                        new HooksConfig(null, Duration.ofSeconds(1), null, null, null, null),
                        true,
                        new LoggingConfig(LogLevel.INFO, LogFormat.TEXT, false)));
    }

    @Test
    void demoRunsUnlearnedOnlyWithoutAFile() {
        assertThat(new ConfigFixture(folder).config().demo()).isTrue();
        assertThat(new ConfigFixture(folder).file("{}").config().demo()).isFalse();
        assertThat(new ConfigFixture(folder).file("{'demo':true}").config().demo())
                .isTrue();
    }

    @Test
    void roomsNeedATokenWhenTokensAreRequired() {
        GatewayConfig config = new ConfigFixture(folder)
                .file("{'auth':{'required':true,'keys':[{'algorithms':['HS256'],'secret':'" + ConfigFixture.SECRET
                        + "'}]},'rooms':[{'match':'a','publish':'api'},{'match':'b'}]}")
                .config();

        assertThat(config.rooms().get(0).join()).isEqualTo(Access.TOKEN);
        assertThat(config.rooms().get(0).publish()).isEqualTo(Access.API);
        assertThat(config.rooms().get(1).publish()).isEqualTo(Access.TOKEN);
    }

    @Test
    void roomsRememberWhatTheirModeSays() {
        GatewayConfig config = new ConfigFixture(folder)
                .file("{'rooms':[{'match':'log','mode':'log','history':{'size':5,'ttl':'1m'}},"
                        + "{'match':'state','mode':'state'},{'match':'quick','mode':'state',"
                        + "'state':{'bytes':'1MiB'},'maxRate':20,'slow':'close'},{'match':'plain'}]}")
                .config();

        RoomRule log = config.rooms().get(0);
        assertThat(log.history()).isEqualTo(new HistoryConfig(5, Duration.ofMinutes(1), 262_144));
        assertThat(log.keepsHistory()).isTrue();
        assertThat(log.keepsState()).isFalse();
        assertThat(log.conflates()).isFalse();
        RoomRule state = config.rooms().get(1);
        assertThat(state.history()).isEqualTo(new HistoryConfig(1000, Duration.ofMinutes(10), 262_144));
        assertThat(state.stateBytes()).isEqualTo(262_144);
        assertThat(state.maxRate()).isZero();
        assertThat(state.conflates()).isTrue();
        RoomRule quick = config.rooms().get(2);
        assertThat(quick.stateBytes()).isEqualTo(1_048_576);
        assertThat(quick.maxRate()).isEqualTo(20);
        assertThat(quick.conflates()).isFalse();
        RoomRule plain = config.rooms().get(3);
        assertThat(plain.keepsHistory()).isFalse();
        assertThat(plain.conflates()).isFalse();
    }

    @Test
    void roomThatNoRuleNamesIsClosed() {
        GatewayConfig config =
                new ConfigFixture(folder).file("{'rooms':[{'match':'chat:*'}]}").config();

        assertThat(config.ruleFor(new RoomName("chat:a")).join()).isEqualTo(Access.ANYONE);
        assertThat(config.ruleFor(new RoomName("other")).join()).isEqualTo(Access.NOBODY);
    }

    @Test
    void answerIsNotAwaitedLongerThanTheHeartbeatUnlessItIsWritten() {
        assertThat(new ConfigFixture(folder)
                        .file("{'connections':{'heartbeat':'1s'}}")
                        .config()
                        .connections()
                        .heartbeatTimeout())
                .isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void printedDefaultsMeanTheSameAsAnEmptyFile() {
        GatewayConfig empty = new ConfigFixture(folder).file("{}").config();
        GatewayConfig printed = new ConfigFixture(folder)
                .file(ConfigSchema.defaults().encodePrettily())
                .config();

        assertThat(printed).isEqualTo(empty);
    }

    @Test
    void secretsAreNotPrinted() {
        String text = new ConfigFixture(folder)
                .file("{'management':{'adminToken':'canary-canary-canary'},'auth':{"
                        + "'keys':[{'algorithms':['HS256'],'secret':'canary-canary-canary-canary-canary'}],"
                        + "'apiKeys':[{'name':'a','key':'canary-canary-canary','scope':'publish'}]}}")
                .config()
                .toString();

        assertThat(text).contains("HS256").doesNotContain("canary");
    }
}
