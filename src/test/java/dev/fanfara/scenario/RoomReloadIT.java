package dev.fanfara.scenario;

import static dev.fanfara.testing.TestClient.since;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.testing.Eventually;
import dev.fanfara.testing.GatewayProcess;
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

/** What a room remembers, and how often it tells, changes while members are there. */
class RoomReloadIT {
    @TempDir
    private Path directory;

    private GatewayProcess gateway;

    @BeforeEach
    void start() throws IOException {
        write(rule("log", 10, null));
        gateway = GatewayProcess.start("-c", file().toString());
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    @Test
    void aShorterHistoryHoldsFromTheNextMessageAndNobodyIsDisturbed() throws IOException {
        try (TestClient alice = TestClient.connect(gateway);
                TestClient bob = TestClient.connect(gateway)) {
            JsonObject joined = bob.join("room");
            alice.join("room");
            say(alice, 10);

            write(rule("log", 3, null));
            Eventually.holds(() -> {
                say(alice, 1);
                assertThat(remembered(alice)).hasSize(3);
            });

            write(rule("log", 5, null));
            Eventually.holds(() -> {
                say(alice, 1);
                assertThat(remembered(alice)).hasSize(5);
            });
            JsonObject now = alice.asks("'type':'history','room':'room'");
            assertThat(now.getString("epoch")).isEqualTo(joined.getString("epoch"));
            for (long offset = 1; offset <= now.getLong("offset"); offset++) {
                assertThat(bob.hears("message").getLong("offset")).isEqualTo(offset);
            }
            bob.hearsNothingMoreOf("joined");
            try (TestClient carol = TestClient.connect(gateway)) {
                assertThat(carol.join("room", since(joined.getString("epoch"), now.getLong("offset") - 5))
                                .getBoolean("recovered"))
                        .isTrue();
            }
        }
    }

    @Test
    void aLowerRateHoldsForMembersWhoAreThere() throws IOException {
        write(rule("state", 10, null));
        try (TestClient alice = TestClient.connect(gateway);
                TestClient bob = TestClient.connect(gateway)) {
            Eventually.holds(() -> assertThat(bob.join("room").containsKey("state") || leave(bob))
                    .isTrue());
            alice.join("room");
            say(alice, 3);
            assertThat(bob.hears(3, "patch"))
                    .extracting(patch -> patch.getLong("offset") - patch.getLong("previous"))
                    .containsOnly(1L);

            write(rule("state", 10, 1));

            Eventually.holds(() -> {
                // By HTTP, as a member's own acks come with its frames.
                for (int i = 0; i < 5; i++) {
                    gateway.post("/api/rooms/room/messages", "{\"data\":{\"n\":0}}");
                }
                JsonObject last = bob.hears("patch");
                assertThat(last.getLong("offset") - last.getLong("previous")).isGreaterThan(1);
            });
        }
    }

    @Test
    void aRoomThatBeginsToKeepAStateTellsItsMembers() throws IOException {
        try (TestClient alice = TestClient.connect(gateway);
                TestClient bob = TestClient.connect(gateway)) {
            String before = bob.join("room").getString("epoch");
            alice.join("room");
            say(alice, 2);
            bob.hears(2, "message");

            write(rule("state", 10, null));

            JsonObject again = bob.hears("joined");
            assertThat(again.getString("epoch")).isNotEqualTo(before);
            assertThat(again.getBoolean("recovered")).isFalse();
            assertThat(again.getJsonObject("state")).isEqualTo(new JsonObject());
            alice.hears("joined");
            long offset = alice.publishes("room", "'data':{'n':1}").getLong("offset");
            assertThat(bob.hears("patch").getLong("offset")).isEqualTo(offset);
        }
    }

    private static boolean leave(TestClient client) {
        client.leaves("room");
        return false;
    }

    private static void say(TestClient alice, int count) {
        for (int i = 1; i <= count; i++) {
            assertThat(alice.publishes("room", "'data':{'n':" + i + "}").getString("type"))
                    .isEqualTo("ack");
        }
    }

    private static JsonArray remembered(TestClient client) {
        return client.asks("'type':'history','room':'room'").getJsonArray("messages");
    }

    private Path file() {
        return directory.resolve("fanfara.json");
    }

    private static JsonObject rule(String mode, int history, @org.jspecify.annotations.Nullable Integer maxRate) {
        JsonObject rule = new JsonObject()
                .put("match", "**")
                .put("mode", mode)
                .put("presence", "none")
                .put("history", new JsonObject().put("size", history));
        return maxRate == null ? rule : rule.put("maxRate", maxRate);
    }

    private void write(JsonObject rule) throws IOException {
        Files.writeString(
                file(),
                new JsonObject()
                        .put("demo", false)
                        .put("limits", new JsonObject().put("messages", "100000/1m"))
                        .put("rooms", new JsonArray().add(rule))
                        .encode());
    }
}
