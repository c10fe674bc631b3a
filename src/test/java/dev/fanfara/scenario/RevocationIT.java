package dev.fanfara.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.testing.Eventually;
import dev.fanfara.testing.GatewayProcess;
import dev.fanfara.testing.Jwt;
import dev.fanfara.testing.SocketIoClient;
import dev.fanfara.testing.SseClient;
import dev.fanfara.testing.TestClient;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tokens that are refused before their time, on every node, at every door, and by nodes that come later. */
class RevocationIT {
    private static final String KEYS = "auth.keys=[{\"algorithms\":[\"HS256\"],\"secret\":\"" + Jwt.SECRET + "\"}]";
    private static final TestClient.Closed REVOKED = new TestClient.Closed(1008, "Token revoked");
    private static final String[] OPTIONS = {"--no-demo", "--set", KEYS, "--set", "drain.window=1s"};

    private final List<Integer> ports = GatewayProcess.freePorts(3);
    private final List<GatewayProcess> nodes = new ArrayList<>();

    @AfterEach
    void stop() {
        nodes.forEach(GatewayProcess::close);
    }

    @Test
    void theWholeClusterRefusesThemAndGoesOnToWhenAllItsNodesAreReplaced() {
        for (int node = 0; node < 3; node++) {
            nodes.add(GatewayProcess.joinCluster(ports, node, OPTIONS));
        }
        String old = token("mallory", -5, null);
        String one = token("trent", -5, "t1");
        String other = token("trent", -5, "t2");
        List<TestClient> revoked = new ArrayList<>();
        List<TestClient> stay = new ArrayList<>();
        for (GatewayProcess node : nodes) {
            revoked.add(TestClient.withBearer(node, old));
            revoked.add(TestClient.withBearer(node, one));
            stay.add(TestClient.withBearer(node, other));
            stay.add(TestClient.withBearer(node, token("alice", -5, null)));
        }
        revoked.forEach(client -> client.hears("welcome"));
        SseClient stream = SseClient.connect(nodes.get(1), "room=a", "Authorization: Bearer " + old);
        stream.hears("joined");

        revoke(nodes.get(0), "{\"sub\":\"mallory\",\"until\":\"" + later() + "\"}");
        revoke(nodes.get(1), "{\"jti\":\"t1\",\"until\":\"" + later() + "\"}");

        revoked.forEach(client -> assertThat(client.closes()).isEqualTo(REVOKED));
        assertThat(stream.hears("fanfara-error").getString("message")).isEqualTo("Token revoked");
        for (GatewayProcess node : nodes) {
            refuses(node, old);
            refuses(node, one);
        }
        stay.forEach(client -> client.hearsNothingMoreOf("error"));

        for (int node = 0; node < 3; node++) {
            nodes.get(node).signal("TERM");
            assertThat(nodes.get(node).awaitExit(20)).isZero();
            nodes.set(node, GatewayProcess.joinCluster(ports, node, OPTIONS));
            refuses(nodes.get(node), old);
            refuses(nodes.get(node), one);
        }
        try (TestClient fresh = TestClient.withBearer(nodes.get(2), token("mallory", 0, null));
                TestClient trent = TestClient.withBearer(nodes.get(1), other)) {
            fresh.hears("welcome");
            trent.hears("welcome");
        }
    }

    @Test
    void nodeThatIsAloneRefusesThemToo() {
        nodes.add(GatewayProcess.start(OPTIONS));
        String withoutTime = Jwt.of("mallory");
        try (TestClient mallory = TestClient.withBearer(nodes.get(0), withoutTime);
                SocketIoClient too = SocketIoClient.connect(nodes.get(0), withoutTime)) {
            mallory.hears("welcome");

            revoke(nodes.get(0), "{\"sub\":\"mallory\",\"until\":\"" + later() + "\"}");

            assertThat(mallory.closes()).isEqualTo(REVOKED);
            too.isDisconnected();
            refuses(nodes.get(0), withoutTime);
            assertThat(nodes.get(0).metric("fanfara_auth_failures_total{reason=\"revoked\"}"))
                    .isPositive();
        }
    }

    private static void revoke(GatewayProcess node, String body) {
        String admin = Jwt.signed(Jwt.SECRET, Jwt.claims("root", 300).put("scope", "admin"));
        assertThat(node.post("/api/revocations", body, "Authorization", "Bearer " + admin)
                        .statusCode())
                .isEqualTo(204);
    }

    private static void refuses(GatewayProcess node, String token) {
        Eventually.holds(() -> {
            try (TestClient again = TestClient.withBearer(node, token)) {
                assertThat(again.closes()).isEqualTo(REVOKED);
            }
        });
        try (SocketIoClient again = SocketIoClient.open(node, "/", new JsonObject().put("token", token))) {
            assertThat(again.connectError().getString("message")).isEqualTo("Token revoked");
        }
        assertThat(node.get("/sse?room=a", "Authorization", "Bearer " + token).statusCode())
                .isEqualTo(401);
        assertThat(node.get("/api/rooms", "Authorization", "Bearer " + token).statusCode())
                .isEqualTo(401);
    }

    private static String later() {
        return Instant.now().plusSeconds(3600).toString();
    }

    private static String token(String user, long issuedSecondsFromNow, String id) {
        JsonObject claims = Jwt.claims(user, 300);
        claims.put("iat", Instant.now().getEpochSecond() + issuedSecondsFromNow);
        if (id != null) {
            claims.put("jti", id);
        }
        return Jwt.signed(Jwt.SECRET, claims);
    }
}
