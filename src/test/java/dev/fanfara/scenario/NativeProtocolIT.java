package dev.fanfara.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.testing.GatewayProcess;
import dev.fanfara.testing.TestClient;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The native protocol, one gateway, rooms of mode plain. */
class NativeProtocolIT {
    private static GatewayProcess gateway;

    @BeforeAll
    static void start() {
        gateway = GatewayProcess.start("--no-demo");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @Test
    void theTutorialClientWorks() {
        try (TestClient alice = TestClient.connect(gateway);
                TestClient bob = TestClient.connect(gateway)) {
            assertThat(alice.hears("welcome").getString("message")).isEqualTo("Connected to server");
            alice.says("{'type':'join','room':'tutorial','user':'alice'}");
            assertThat(alice.hears("joined").getInteger("members")).isEqualTo(1);
            bob.says("{'type':'join','room':'tutorial','user':'bob'}");
            assertThat(bob.hears("joined").getInteger("members")).isEqualTo(2);
            JsonObject came = alice.hears("user-joined");
            assertThat(came.getString("user")).isEqualTo("bob");
            assertThat(came.getInteger("count")).isEqualTo(2);

            alice.says("{'type':'message','text':'hello'}");

            JsonObject message = bob.hears("message");
            assertThat(message.getString("user")).isEqualTo("alice");
            assertThat(message.getString("text")).isEqualTo("hello");
            assertThat(message.getString("timestamp")).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
            alice.hearsNothingMoreOf("message");

            bob.says("{'type':'leave'}");
            assertThat(bob.hears("left").getString("room")).isEqualTo("tutorial");
            assertThat(alice.hears("user-left").getString("user")).isEqualTo("bob");
            bob.hearsNothingMoreOf("user-joined");
        }
    }

    @Test
    void repliesCarryTheIdOfTheirCommand() {
        try (TestClient alice = TestClient.connect(gateway)) {
            alice.says("{'type':'join','room':'ids','id':1}");
            assertThat(alice.hears("joined").getValue("id")).isEqualTo(1);
            alice.says("{'type':'message','text':'x','id':'two'}");
            assertThat(alice.hears("ack"))
                    .isEqualTo(new JsonObject("{\"type\":\"ack\",\"id\":\"two\",\"room\":\"ids\"}"));
            alice.says("{'type':'presence','room':'ids','id':3}");
            JsonObject presence = alice.hears("presence");
            assertThat(presence.getValue("id")).isEqualTo(3);
            assertThat(presence.getInteger("count")).isEqualTo(1);
            assertThat(presence.getJsonArray("members").getJsonObject(0).getInteger("connections"))
                    .isEqualTo(1);
            alice.says("{'type':'ping','id':4}");
            assertThat(alice.hears("pong").getString("timestamp")).endsWith("Z");
            alice.says("{'type':'leave','id':5}");
            assertThat(alice.hears("left").getValue("id")).isEqualTo(5);
            alice.says("{'type':'dance','id':6}");
            assertThat(alice.hears("error").getValue("id")).isEqualTo(6);
        }
    }

    @Test
    void aSenderHearsItselfOnlyIfItAsks() {
        try (TestClient alice = TestClient.connect(gateway)) {
            alice.joins("echoes");
            alice.says("{'type':'message','data':{'n':1}}");
            alice.says("{'type':'message','data':{'n':2},'echo':true}");

            assertThat(alice.hears("message").getJsonObject("data")).isEqualTo(new JsonObject("{\"n\":2}"));
            alice.hearsNothingMoreOf("message");
        }
    }

    @Test
    void messagesOfOnePublisherKeepTheirOrderWithAcksInBetween() {
        try (TestClient alice = TestClient.connect(gateway);
                TestClient bob = TestClient.connect(gateway)) {
            alice.joins("order");
            bob.joins("order");
            for (int i = 0; i < 200; i++) {
                alice.says("{'type':'message','data':" + i + ",'id':" + i + "}");
            }

            for (int i = 0; i < 200; i++) {
                assertThat(bob.hears("message").getInteger("data")).isEqualTo(i);
                assertThat(alice.hears("ack").getInteger("id")).isEqualTo(i);
            }
        }
    }

    @Test
    void aKeyIsDeliveredOnceAndAnotherPayloadUnderItIsAConflict() {
        try (TestClient alice = TestClient.connect(gateway);
                TestClient bob = TestClient.connect(gateway)) {
            alice.joins("keys");
            bob.joins("keys");
            alice.says("{'type':'message','text':'a','key':'k','id':1}");
            assertThat(alice.hears("ack").containsKey("duplicate")).isFalse();
            alice.says("{'type':'message','text':'a','key':'k','id':2}");
            assertThat(alice.hears("ack").getBoolean("duplicate")).isTrue();
            alice.says("{'type':'message','text':'b','key':'k','id':3}");
            assertThat(alice.hears("error").getString("code")).isEqualTo("conflict");

            bob.hears("message");
            bob.hearsNothingMoreOf("message");
        }
    }

    @Test
    void commandsOutsideTheirRoomAreRefused() {
        try (TestClient alice = TestClient.connect(gateway)) {
            alice.says("{'type':'message','text':'x'}");
            assertThat(alice.hears("error").getString("code")).isEqualTo("not-joined");
            alice.says("{'type':'leave','room':'never'}");
            assertThat(alice.hears("error").getString("code")).isEqualTo("not-joined");
            alice.joins("once");
            alice.says("{'type':'join','room':'once'}");
            assertThat(alice.hears("error").getString("code")).isEqualTo("already-joined");
        }
    }

    @Test
    void malformedCommandsAreAnsweredAndTheSocketStaysOpen() {
        try (TestClient alice = TestClient.connect(gateway)) {
            alice.says("{nonsense");
            JsonObject error = alice.hears("error");
            assertThat(error.getString("code")).isEqualTo("invalid-json");
            assertThat(error.getString("message")).isEqualTo("Invalid JSON");
            alice.says("{'type':'join','room':'a b'}");
            assertThat(alice.hears("error").getString("code")).isEqualTo("bad-request");
            alice.joins("still-here");
        }
    }

    @Test
    void privateMessagesReachAUserAndAConnectionAndNobodyElse() {
        try (TestClient alice = TestClient.connect(gateway);
                TestClient bob = TestClient.connect(gateway);
                TestClient eve = TestClient.connect(gateway)) {
            JsonObject bobs = bob.hears("welcome");
            alice.says("{'type':'private-message','to':'" + bobs.getString("connection") + "','text':'a','id':1}");
            assertThat(alice.hears("ack").getInteger("delivered")).isEqualTo(1);
            JsonObject first = bob.hears("private-message");
            assertThat(first.getString("text")).isEqualTo("a");
            assertThat(first.getString("from")).startsWith("anon-");
            alice.says("{'type':'private-message','to':'" + bobs.getString("user") + "','text':'b','id':2}");
            assertThat(alice.hears("ack").getInteger("delivered")).isEqualTo(1);
            assertThat(bob.hears("private-message").getString("text")).isEqualTo("b");
            alice.says("{'type':'private-message','to':'nobody','text':'c','id':3}");
            assertThat(alice.hears("ack").getInteger("delivered")).isZero();

            eve.hearsNothingMoreOf("private-message");
        }
    }

    @Test
    void aBroadcastReachesEveryConnectionInARoomOrNot() {
        try (TestClient alice = TestClient.connect(gateway);
                TestClient bob = TestClient.connect(gateway)) {
            alice.says("{'type':'broadcast','text':'all','id':1}");

            assertThat(alice.hears("ack").getValue("id")).isEqualTo(1);
            assertThat(bob.hears("broadcast").getString("text")).isEqualTo("all");
        }
    }

    @Test
    void aClosedConnectionLeavesItsRooms() {
        try (TestClient alice = TestClient.connect(gateway)) {
            alice.joins("gone");
            TestClient bob = TestClient.connect(gateway);
            bob.says("{'type':'join','room':'gone','user':'bob'}");
            alice.hears("user-joined");

            bob.close();

            JsonObject left = alice.hears("user-left");
            assertThat(left.getString("user")).isEqualTo("bob");
            assertThat(left.getInteger("count")).isEqualTo(1);
        }
    }

    @Test
    void binaryFramesCloseWith1003() {
        try (TestClient alice = TestClient.connect(gateway)) {
            alice.hears("welcome");
            assertThat(alice.sendsBinary(new byte[] {1}).closes().code()).isEqualTo(1003);
        }
    }

    @Test
    void the601stMessageInAMinuteIsRefusedAndTheNextRoomStaysUsable() {
        try (TestClient alice = TestClient.connect(gateway);
                TestClient bob = TestClient.connect(gateway)) {
            alice.joins("busy");
            bob.joins("busy");
            for (int i = 1; i <= 601; i++) {
                alice.says("{'type':'message','data':" + i + ",'id':" + i + "}");
            }

            JsonObject error = alice.hears("error");
            assertThat(error.getString("code")).isEqualTo("rate-limited");
            assertThat(error.getString("message")).isEqualTo("Rate limit exceeded");
            assertThat(error.getInteger("id")).isEqualTo(601);
            assertThat(error.getLong("retryAfter")).isBetween(1L, 60_000L);
            bob.hears("message", message -> message.getInteger("data") == 600);
            bob.hearsNothingMoreOf("error");
            assertThat(bob.allHeard("message")).hasSize(599);
            alice.says("{'type':'ping','id':'p'}");
            alice.hears("pong");
        }
    }

    @Test
    void statisticsCountWhatHappened() {
        try (TestClient alice = TestClient.connect(gateway)) {
            alice.joins("counted");
            JsonObject stats = new JsonObject(gateway.get("/api/stats").body());

            assertThat(stats.fieldNames())
                    .containsAll(List.of(
                            "connections", "rooms", "nodes", "messagesReceived", "messagesSent", "uptime", "complete"));
            assertThat(stats.getInteger("nodes")).isEqualTo(1);
            assertThat(stats.getBoolean("complete")).isTrue();
            assertThat(stats.getInteger("connections")).isPositive();
        }
    }

    @Test
    void aBackendPublishesOverHttp() {
        try (TestClient alice = TestClient.connect(gateway)) {
            alice.joins("api/room");

            var response = gateway.post("/api/rooms/api%2Froom/messages", "{\"data\":{\"v\":1}}");

            assertThat(response.statusCode()).isEqualTo(200);
            JsonObject message = alice.hears("message");
            assertThat(message.getJsonObject("data").getInteger("v")).isEqualTo(1);
            assertThat(message.containsKey("user")).isFalse();
        }
    }
}
