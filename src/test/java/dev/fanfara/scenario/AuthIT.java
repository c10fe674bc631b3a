package dev.fanfara.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.testing.Eventually;
import dev.fanfara.testing.GatewayProcess;
import dev.fanfara.testing.Jwt;
import dev.fanfara.testing.TestClient;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokens, and a configuration that is edited while sockets are open. */
class AuthIT {
    private static final TestClient.Closed INVALID = new TestClient.Closed(1008, "Invalid token");

    @TempDir
    private Path directory;

    private GatewayProcess gateway;

    @BeforeEach
    void start() throws IOException {
        write(config());
        gateway = GatewayProcess.start("-c", file().toString());
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    @Test
    void aTokenIsTakenFromEachOfItsThreePlaces() {
        String token = Jwt.of("alice");
        try (TestClient query = TestClient.connect(gateway, "/ws?token=" + token);
                TestClient header = TestClient.withBearer(gateway, token);
                TestClient subprotocol = TestClient.withSubprotocol(gateway, token)) {
            for (TestClient client : new TestClient[] {query, header, subprotocol}) {
                assertThat(client.hears("welcome").getString("user")).isEqualTo("alice");
                assertThat(client.hears("authenticated").getString("expires")).endsWith("Z");
                client.joins("any:room");
            }
        }
        assertThat(gateway.output()).doesNotContain(token);
    }

    @Test
    void badTokensAreClosedWhereABrowserCanSeeIt() {
        JsonObject claims = Jwt.claims("alice", 300);
        try (TestClient none = TestClient.connect(gateway);
                TestClient forged = TestClient.withBearer(gateway, Jwt.signed(Jwt.SECRET + "x", claims));
                TestClient expired = TestClient.withBearer(gateway, Jwt.signed(Jwt.SECRET, Jwt.claims("alice", -60)));
                TestClient unsigned = TestClient.withBearer(gateway, Jwt.unsigned(claims))) {
            assertThat(none.closes()).isEqualTo(new TestClient.Closed(1008, "Token required"));
            assertThat(forged.closes()).isEqualTo(INVALID);
            assertThat(expired.closes()).isEqualTo(INVALID);
            assertThat(unsigned.closes()).isEqualTo(INVALID);
        }
        assertThat(gateway.metric("fanfara_auth_failures_total{reason=\"expired\"}"))
                .isEqualTo(1);
    }

    @Test
    void aTokenNamesTheRoomsItOpens() {
        JsonObject claims = Jwt.claims("alice", 300);
        claims.put("rooms", new JsonObject().put("join", new JsonArray().add("dash:*")));
        try (TestClient alice = TestClient.withBearer(gateway, Jwt.signed(Jwt.SECRET, claims))) {
            alice.joins("dash:eu");
            alice.says("{'type':'join','room':'chat:eu','id':1}");
            assertThat(alice.hears("error").getString("code")).isEqualTo("forbidden");
            alice.says("{'type':'message','room':'dash:eu','text':'x','id':2}");
            assertThat(alice.hears("error").getString("code")).isEqualTo("forbidden");
        }
    }

    @Test
    void aSessionEndsWithItsTokenUnlessAFreshOneComes() {
        JsonObject shortLived = Jwt.claims("alice", 2);
        try (TestClient left = TestClient.withBearer(gateway, Jwt.signed(Jwt.SECRET, shortLived));
                TestClient refreshed = TestClient.withBearer(gateway, Jwt.signed(Jwt.SECRET, shortLived))) {
            refreshed.hears("authenticated");
            refreshed.says("{'type':'auth','id':1,'token':'" + Jwt.of("alice") + "'}");
            assertThat(refreshed.hears("authenticated").getValue("id")).isEqualTo(1);

            assertThat(left.closes()).isEqualTo(new TestClient.Closed(4001, "Token expired"));
            refreshed.joins("any:room");
        }
    }

    @Test
    void aTokenOfAnotherUserDoesNotRefreshASession() {
        try (TestClient alice = TestClient.withBearer(gateway, Jwt.of("alice"))) {
            alice.says("{'type':'auth','token':'" + Jwt.of("mallory") + "'}");
            assertThat(alice.closes()).isEqualTo(INVALID);
        }
    }

    @Test
    void anEditedRuleAppliesToOpenSockets() throws IOException {
        try (TestClient alice = TestClient.withBearer(gateway, Jwt.of("alice"))) {
            alice.joins("secret:plans");
            alice.joins("any:room");

            JsonObject edited = config();
            edited.getJsonArray("rooms")
                    .add(0, new JsonObject().put("match", "secret:**").put("join", "nobody"));
            write(edited);

            JsonObject left = alice.hears("left");
            assertThat(left.getString("room")).isEqualTo("secret:plans");
            assertThat(left.getString("reason")).isEqualTo("forbidden");
            alice.says("{'type':'message','room':'any:room','text':'x','id':1}");
            alice.hears("ack");
        }
    }

    @Test
    void aRotatedKeyIsTakenAndTheOldOneRefusedWhileSocketsStayOpen() throws IOException {
        try (TestClient alice = TestClient.withBearer(gateway, Jwt.of("alice"))) {
            alice.hears("welcome");
            String newSecret = "another secret, which came with the rotation";
            JsonObject edited = config();
            edited.getJsonObject("auth").getJsonArray("keys").getJsonObject(0).put("secret", newSecret);
            write(edited);

            Eventually.holds(() -> {
                try (TestClient fresh = TestClient.withBearer(gateway, Jwt.signed(newSecret, Jwt.claims("bob", 60)))) {
                    assertThat(fresh.hears("welcome").getString("user")).isEqualTo("bob");
                }
            });
            try (TestClient old = TestClient.withBearer(gateway, Jwt.of("carol"))) {
                assertThat(old.closes()).isEqualTo(INVALID);
            }
            alice.joins("any:room");
        }
    }

    @Test
    void aBrokenFileChangesNothingAndIsReported() throws IOException {
        try (TestClient alice = TestClient.withBearer(gateway, Jwt.of("alice"))) {
            alice.hears("welcome");
            Files.writeString(file(), "{ \"auth\": { \"required\": tru");

            Eventually.holds(() -> {
                assertThat(gateway.metric("fanfara_config_reload_failures_total"))
                        .isPositive();
                assertThat(gateway.metric("fanfara_config_last_reload_successful"))
                        .isZero();
            });
            alice.joins("any:room");
            assertThat(gateway.output()).contains("the old one stays in force");

            write(config());
            Eventually.holds(() -> assertThat(gateway.metric("fanfara_config_last_reload_successful"))
                    .isEqualTo(1));
        }
    }

    private Path file() {
        return directory.resolve("fanfara.json");
    }

    private void write(JsonObject config) throws IOException {
        Files.writeString(file(), config.encodePrettily());
    }

    private static JsonObject config() {
        return new JsonObject()
                .put(
                        "auth",
                        new JsonObject()
                                .put("required", true)
                                .put("leeway", "1s")
                                .put(
                                        "keys",
                                        new JsonArray()
                                                .add(new JsonObject()
                                                        .put("algorithms", new JsonArray().add("HS256"))
                                                        .put("secret", Jwt.SECRET))))
                .put(
                        "rooms",
                        new JsonArray().add(new JsonObject().put("match", "**").put("presence", "full")));
    }
}
