package dev.fanfara.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.testing.Eventually;
import dev.fanfara.testing.GatewayProcess;
import dev.fanfara.testing.TestClient;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** Three real nodes. The order of the tests is part of the story: nodes leave, die and come back. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ClusterIT {
    private static final List<Integer> PORTS = GatewayProcess.freePorts(3);
    private static final List<GatewayProcess> NODES = new ArrayList<>();

    @BeforeAll
    static void start() {
        for (int node = 0; node < PORTS.size(); node++) {
            NODES.add(GatewayProcess.joinCluster(PORTS, node, "--no-demo", "--set", "drain.window=1s"));
        }
    }

    @AfterAll
    static void stop() {
        NODES.forEach(GatewayProcess::close);
    }

    @Test
    @Order(1)
    void twoRoomsOverThreeNodesHearTheirOwnMessagesOnly() {
        try (TestClient alice = TestClient.connect(NODES.get(0));
                TestClient bob = TestClient.connect(NODES.get(1));
                TestClient carol = TestClient.connect(NODES.get(2))) {
            alice.says("{'type':'join','room':'one','user':'alice'}").hears("joined");
            bob.says("{'type':'join','room':'one','user':'bob'}");
            assertThat(bob.hears("joined").getInteger("members")).isEqualTo(2);
            assertThat(alice.hears("user-joined").getString("user")).isEqualTo("bob");
            carol.joins("two");
            bob.joins("two");

            alice.says("{'type':'message','room':'one','text':'to one'}");
            carol.says("{'type':'message','room':'two','text':'to two'}");

            assertThat(bob.hears("message", m -> m.getString("room").equals("one"))
                            .getString("text"))
                    .isEqualTo("to one");
            assertThat(bob.hears("message", m -> m.getString("room").equals("two"))
                            .getString("text"))
                    .isEqualTo("to two");
            alice.hearsNothingMoreOf("message");
            carol.hearsNothingMoreOf("message");
        }
    }

    /** The meters of the bus cost a look-up per message, those of HTTP a series per method a client makes up. */
    @Test
    @Order(1)
    void aNodeOfAClusterHasTheMetersThatOneAloneHas() {
        String metrics = NODES.get(0).management("/metrics").body();

        assertThat(metrics).contains("\njvm_memory_used_bytes{", "\nprocess_uptime_seconds ", "\nvertx_pool_");
        assertThat(metrics).doesNotContain("\nvertx_eventbus_", "\nvertx_http_server_");
    }

    @Test
    @Order(2)
    void whatIsPublishedRightAfterAJoinOnAnotherNodeArrives() {
        try (TestClient publisher = TestClient.connect(NODES.get(0))) {
            publisher.hears("welcome");
            for (int i = 0; i < 50; i++) {
                try (TestClient member = TestClient.connect(NODES.get(1 + i % 2))) {
                    String room = "fresh:" + i;
                    member.joins(room);
                    NODES.get(0).post("/api/rooms/" + room + "/messages", "{\"text\":\"now\"}");
                    assertThat(member.hears("message").getString("text")).isEqualTo("now");
                }
            }
        }
    }

    @Test
    @Order(3)
    void privateMessagesAndBroadcastsReachEveryNode() {
        try (TestClient alice = TestClient.connect(NODES.get(0));
                TestClient bob = TestClient.connect(NODES.get(2))) {
            String bobs = bob.hears("welcome").getString("connection");
            alice.says("{'type':'private-message','to':'" + bobs + "','text':'psst','id':1}");
            assertThat(alice.hears("ack").getInteger("delivered")).isEqualTo(1);
            assertThat(bob.hears("private-message").getString("text")).isEqualTo("psst");
            alice.says("{'type':'broadcast','text':'all'}");
            assertThat(bob.hears("broadcast").getString("text")).isEqualTo("all");
        }
    }

    @Test
    @Order(4)
    void statisticsCoverTheCluster() {
        try (TestClient alice = TestClient.connect(NODES.get(0));
                TestClient bob = TestClient.connect(NODES.get(1))) {
            alice.joins("shared");
            bob.joins("shared");

            Eventually.holds(() -> {
                JsonObject stats = new JsonObject(NODES.get(2).get("/api/stats").body());
                assertThat(stats.getInteger("nodes")).isEqualTo(3);
                assertThat(stats.getInteger("connections")).isEqualTo(2);
                assertThat(stats.getInteger("rooms")).isEqualTo(1);
                assertThat(stats.getBoolean("complete")).isTrue();
            });
        }
    }

    @Test
    @Order(5)
    void presenceIsRightSoonAfterANodeIsKilledAndItsPlaceIsTakenAgain() {
        try (TestClient alice = TestClient.connect(NODES.get(0));
                TestClient bob = TestClient.connect(NODES.get(1))) {
            alice.says("{'type':'join','room':'life','user':'alice'}").hears("joined");
            bob.says("{'type':'join','room':'life','user':'bob'}").hears("joined");
            TestClient carol = TestClient.connect(NODES.get(2));
            carol.says("{'type':'join','room':'life','user':'carol'}").hears("joined");
            alice.hears("user-joined", m -> m.getString("user").equals("carol"));

            NODES.get(2).kill();

            assertThat(alice.hears("user-left").getString("user")).isEqualTo("carol");
            assertThat(bob.hears("user-left").getInteger("count")).isEqualTo(2);
            alice.says("{'type':'message','text':'still here'}");
            assertThat(bob.hears("message").getString("text")).isEqualTo("still here");

            NODES.set(2, GatewayProcess.joinCluster(PORTS, 2, "--no-demo", "--set", "drain.window=1s"));

            try (TestClient back = TestClient.connect(NODES.get(2))) {
                back.says("{'type':'join','room':'life','user':'carol'}");
                assertThat(back.hears("joined").getInteger("members")).isEqualTo(3);
                alice.hears("user-joined", m -> m.getString("user").equals("carol"));
                bob.says("{'type':'message','text':'welcome back'}");
                assertThat(back.hears("message").getString("text")).isEqualTo("welcome back");
                back.says("{'type':'message','text':'thanks'}");
                assertThat(alice.hears("message", m -> m.getString("text").equals("thanks")))
                        .isNotNull();
            }
        }
    }

    @Test
    @Order(6)
    void aNodeThatLeavesTakesItsMembersWithItAndLosesNothingOfTheOthers() {
        try (TestClient alice = TestClient.connect(NODES.get(0));
                TestClient bob = TestClient.connect(NODES.get(1));
                TestClient carol = TestClient.connect(NODES.get(2))) {
            alice.says("{'type':'join','room':'leaving','user':'alice'}").hears("joined");
            bob.says("{'type':'join','room':'leaving','user':'bob'}").hears("joined");
            carol.says("{'type':'join','room':'leaving','user':'carol'}").hears("joined");

            NODES.get(2).signal("TERM");

            assertThat(carol.hears("reconnect").getLong("after")).isPositive();
            assertThat(carol.closes()).isEqualTo(new TestClient.Closed(1001, "Server shutting down"));
            assertThat(alice.hears("user-left").getString("user")).isEqualTo("carol");
            for (int i = 0; i < 100; i++) {
                alice.says("{'type':'message','data':" + i + "}");
            }
            for (int i = 0; i < 100; i++) {
                assertThat(bob.hears("message").getInteger("data")).isEqualTo(i);
            }
            assertThat(NODES.get(2).awaitExit(10)).isZero();
        }
    }
}
