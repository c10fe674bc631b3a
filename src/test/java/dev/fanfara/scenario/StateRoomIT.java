package dev.fanfara.scenario;

import static dev.fanfara.testing.TestClient.since;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.testing.Eventually;
import dev.fanfara.testing.GatewayProcess;
import dev.fanfara.testing.RawSocket;
import dev.fanfara.testing.RoomView;
import dev.fanfara.testing.TestClient;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rooms of mode state on one node: an object, the patches that change it, and members who want or can take fewer. */
class StateRoomIT {
    private static final int LIMIT = 10;

    private static final String RULES = """
            [{"match":"state:*","mode":"state","history":{"size":10,"bytes":"4MiB"},"state":{"bytes":"1MiB"},"presence":"none"},
             {"match":"small:*","mode":"state","state":{"bytes":"1KiB"},"presence":"none"},
             {"match":"rated:*","mode":"state","maxRate":5,"presence":"none"},
             {"match":"log:*","mode":"log","presence":"none"}]""";

    private static GatewayProcess gateway;

    @BeforeAll
    static void start() {
        gateway = GatewayProcess.start(
                "--no-demo",
                "--set",
                "rooms=" + RULES,
                "--set",
                "limits.messages=1000000/1s",
                "--set",
                "server.eventLoops=2");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    // The object

    @Test
    void aMemberGetsTheObjectAndThenWhatChangesIt() {
        try (TestClient alice = TestClient.connect(gateway);
                TestClient bob = TestClient.connect(gateway)) {
            JsonObject empty = alice.join("state:told");
            assertThat(empty.getJsonObject("state")).isEqualTo(new JsonObject());
            assertThat(empty.getLong("offset")).isZero();
            alice.publishes("state:told", "'data':{'a':1,'b':{'c':2}}");

            JsonObject joined = bob.join("state:told");
            assertThat(joined.getJsonObject("state")).isEqualTo(json("{'a':1,'b':{'c':2}}"));
            assertThat(joined.getLong("offset")).isEqualTo(1);

            long ack = alice.publishes("state:told", "'data':{'b':{'c':null,'d':3}}")
                    .getLong("offset");
            JsonObject patch = bob.hears("patch");
            assertThat(ack).isEqualTo(2);
            assertThat(patch.getLong("previous")).isEqualTo(1);
            assertThat(patch.getLong("offset")).isEqualTo(2);
            assertThat(patch.getJsonObject("data")).isEqualTo(json("{'b':{'c':null,'d':3}}"));
            assertThat(patch.getString("timestamp")).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
            assertThat(stateOf("state:told")).isEqualTo(json("{'a':1,'b':{'d':3}}"));
            alice.hearsNothingMoreOf("patch");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = { // RFC 7396, appendix A, as far as both sides are objects
                "{'a':'b'}         | {'a':'c'}            | {'a':'c'}",
                "{'a':'b'}         | {'b':'c'}            | {'a':'b','b':'c'}",
                "{'a':'b'}         | {'a':null}           | {}",
                "{'a':'b','b':'c'} | {'a':null}           | {'b':'c'}",
                "{'a':['b']}       | {'a':'c'}            | {'a':'c'}",
                "{'a':'c'}         | {'a':['b']}          | {'a':['b']}",
                "{'a':{'b':'c'}}   | {'a':{'b':'d','c':null}} | {'a':{'b':'d'}}",
                "{'a':[{'b':'c'}]} | {'a':[1]}            | {'a':[1]}",
                "{'a':'foo'}       | {'a':{'b':null}}     | {'a':{}}",
                "{}                | {'a':{'bb':{'ccc':null}}} | {'a':{'bb':{}}}",
                "{'a':{'b':1}}     | {'a':[null,{'x':null}]} | {'a':[null,{'x':null}]}",
                "{'a':1}           | {}                   | {'a':1}"
            })
    void patchesMeanWhatTheStandardSays(String before, String patch, String after) {
        String room = "state:rfc-" + Integer.toHexString((before + patch).hashCode());
        try (TestClient alice = TestClient.connect(gateway)) {
            alice.join(room);
            alice.publishes(room, "'data':" + before);
            alice.publishes(room, "'data':" + patch);

            assertThat(stateOf(room)).isEqualTo(json(after));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"'text':'hello'", "'data':[1]", "'data':'x'", "'data':7", "'data':null", "'data':true"})
    void whatIsNoObjectIsNoPatch(String payload) {
        try (TestClient alice = TestClient.connect(gateway)) {
            long offset = alice.join("state:no-patch").getLong("offset");

            assertThat(alice.publishes("state:no-patch", payload).getString("code"))
                    .isEqualTo("bad-request");
            assertThat(alice.publishes("state:no-patch", "'data':{}").getLong("offset"))
                    .isEqualTo(offset + 1);
        }
    }

    @Test
    void anObjectMayGrowToItsLimitAndShrinkAgain() {
        try (TestClient alice = TestClient.connect(gateway)) {
            alice.join("small:full");
            alice.publishes("small:full", "'data':{'a':'" + "x".repeat(900) + "'}");

            JsonObject refused = alice.publishes("small:full", "'data':{'b':'" + "x".repeat(200) + "'}");
            assertThat(refused.getString("type")).isEqualTo("error");
            assertThat(refused.getString("code")).isEqualTo("too-large");
            assertThat(stateOf("small:full").fieldNames()).containsExactly("a");
            assertThat(alice.publishes("small:full", "'data':{'a':null,'b':'" + "x".repeat(900) + "'}")
                            .getLong("offset"))
                    .isEqualTo(2);
            assertThat(stateOf("small:full").fieldNames()).containsExactly("b");
        }
    }

    // Coming back

    @ParameterizedTest
    @CsvSource({"0,small", "1,small", "3,small", "10,small", "11,small", "1,large", "10,large", "11,large", "60,large"})
    void whoComesBackHasTheObjectOfNow(int missed, String size) {
        String room = "state:back-" + missed + "-" + size;
        try (TestClient alice = TestClient.connect(gateway);
                TestClient bob = TestClient.connect(gateway)) {
            RoomView before = RoomView.strict(room, true);
            join(bob, before, room);
            bob.close();
            alice.join(room);
            if (size.equals("large")) {
                alice.publishes(room, "'data':{'much':'" + "x".repeat(50_000) + "'}");
            }
            TestClient carol = TestClient.connect(gateway);
            RoomView view = RoomView.strict(room, true);
            join(carol, view, room);
            carol.close();
            view.loseConnection();

            for (int i = 1; i <= missed; i++) {
                // Objects that become something else and objects again: such patches cannot be folded into one another.
                String value = i % 3 == 0 ? "{}" : i % 3 == 1 ? Integer.toString(i) : "{'k" + i + "':1}";
                alice.publishes(room, "'data':{'a':" + value + ",'n" + i % 4 + "':" + i + "}");
            }

            try (TestClient back = TestClient.connect(gateway)) {
                JsonObject joined = join(back, view, room, since(view.epoch(), view.offset()));
                assertThat(joined.getBoolean("recovered")).isTrue();
                assertThat(view.state()).isEqualTo(stateOf(room));
                if (size.equals("large") && missed <= LIMIT) {
                    assertThat(joined.containsKey("state")).isFalse();
                    assertThat(joined.getJsonArray("messages")).isNotEmpty();
                }
                alice.publishes(room, "'data':{'last':true}");
                view.hears(back.hears("patch"));
                assertThat(view.state()).isEqualTo(stateOf(room));
            }
        }
    }

    @Test
    void manyMissedPatchesOfTheSameNamesAreOneAndManyOfOthersAreNot() {
        try (TestClient alice = TestClient.connect(gateway)) {
            alice.join("state:merge");
            alice.publishes("state:merge", "'data':{'much':'" + "x".repeat(50_000) + "'}");
            JsonObject left = comesBack("state:merge");
            for (int i = 1; i <= 8; i++) {
                alice.publishes("state:merge", "'data':{'price':" + i + "}");
            }

            JsonArray merged = comesBack("state:merge", since(left)).getJsonArray("messages");
            assertThat(merged).hasSize(1);
            JsonObject patch = merged.getJsonObject(0);
            assertThat(patch.getString("type")).isEqualTo("patch");
            assertThat(patch.getJsonObject("data")).isEqualTo(json("{'price':8}"));
            assertThat(patch.getLong("previous")).isEqualTo(left.getLong("offset"));
            assertThat(patch.getLong("offset")).isEqualTo(left.getLong("offset") + 8);
        }
    }

    @Test
    void aPlaceThatIsNotInThePastOfTheRoomIsAnsweredWithTheObject() {
        try (TestClient alice = TestClient.connect(gateway)) {
            String epoch = alice.join("state:nowhere").getString("epoch");
            alice.publishes("state:nowhere", "'data':{'a':1}");

            for (String since : List.of(since("another", 1), since(epoch, 2), since(epoch, 1L << 53))) {
                JsonObject back = comesBack("state:nowhere", since);
                assertThat(back.getBoolean("recovered")).isFalse();
                assertThat(back.getJsonArray("messages", new JsonArray())).isEmpty();
                assertThat(back.getJsonObject("state")).isEqualTo(json("{'a':1}"));
            }
        }
    }

    @Test
    void whoJoinsWhileTheObjectChangesNeverSeesAnOlderOneThanTheStream() {
        String room = "state:race";
        try (TestClient alice = TestClient.connect(gateway);
                TestClient bob = TestClient.connect(gateway)) {
            bob.hears("welcome");
            alice.join(room);
            for (int i = 1; i <= 1000; i++) {
                alice.says(
                        "{'type':'message','room':'" + room + "','data':{'n':" + i + ",'k" + i % 7 + "':" + i + "}}");
                if (i % 5 == 0) {
                    RoomView view = RoomView.strict(room, true);
                    JsonObject joined = join(bob, view, room);
                    assertThat(joined.getJsonObject("state").getLong("n", 0L)).isEqualTo(joined.getLong("offset"));
                    bob.says("{'type':'leave','room':'" + room + "'}");
                    for (JsonObject next = bob.hearsNext();
                            !next.getString("type").equals("left"); ) {
                        view.hears(next);
                        assertThat(view.state().getLong("n")).isEqualTo(view.offset());
                        next = bob.hearsNext();
                    }
                }
            }
        }
    }

    // Fewer frames

    @Test
    void aThousandNamesTwentyTimesASecondAreTwoFramesASecondForWhoWantsNoMore() {
        String room = "state:feed";
        StringBuilder names = new StringBuilder();
        try (TestClient feed = TestClient.connect(gateway);
                TestClient bob = TestClient.connect(gateway)) {
            feed.join(room);
            RoomView view = RoomView.strict(room, true);
            join(bob, view, room, "'maxRate':2");
            Frames frames = new Frames(bob, view);

            for (int round = 1; round <= 60; round++) {
                names.setLength(0);
                for (int name = 0; name < 1000; name++) {
                    names.append(name == 0 ? "" : ",")
                            .append("'s")
                            .append(name)
                            .append("':")
                            .append(round * name);
                }
                feed.publishes(room, "'data':{" + names + "}");
                frames.takeUntil(TimeUnit.MILLISECONDS.toNanos(50) * round);
            }

            frames.takeUntil(frames.now() + TimeUnit.MILLISECONDS.toNanos(600));
            assertThat(view.offset()).isEqualTo(60);
            assertThat(view.state()).isEqualTo(stateOf(room));
            assertThat(frames.mostInASecond()).isLessThanOrEqualTo(2);
            assertThat(frames.count()).isGreaterThanOrEqualTo(4);
        }
    }

    @Test
    void patchesOfOneNameEachAreMergedToo() {
        String room = "state:single";
        Random random = new Random(7);
        try (TestClient feed = TestClient.connect(gateway);
                TestClient bob = TestClient.connect(gateway)) {
            feed.join(room);
            RoomView view = RoomView.strict(room, true);
            join(bob, view, room, "'maxRate':2");
            Frames frames = new Frames(bob, view);

            int said = 0;
            for (int tick = 1; tick <= 60; tick++) {
                for (int i = 0; i < 50; i++) {
                    int name = random.nextInt(1000);
                    String value = random.nextInt(10) == 0 ? "null" : Integer.toString(++said);
                    feed.says("{'type':'message','room':'" + room + "','data':{'s" + name + "':" + value + "}}");
                }
                frames.takeUntil(TimeUnit.MILLISECONDS.toNanos(50) * tick);
            }
            feed.hears(3000, "ack");

            frames.takeUntil(frames.now() + TimeUnit.MILLISECONDS.toNanos(600));
            assertThat(view.offset()).isEqualTo(3000);
            assertThat(view.state()).isEqualTo(stateOf(room));
            assertThat(frames.mostInASecond()).isLessThanOrEqualTo(2);
        }
    }

    @Test
    void theRuleIsTheUpperLimitOfARate() {
        try (TestClient alice = TestClient.connect(gateway)) {
            alice.join("rated:limit");

            assertThat(alice.asks("'type':'update','room':'rated:limit','maxRate':100")
                            .getInteger("maxRate"))
                    .isEqualTo(5);
            assertThat(alice.asks("'type':'update','room':'rated:limit','maxRate':3")
                            .getInteger("maxRate"))
                    .isEqualTo(3);
            alice.join("log:unrated");
            assertThat(alice.asks("'type':'update','room':'log:unrated','maxRate':3")
                            .getString("code"))
                    .isEqualTo("bad-request");
            try (TestClient bob = TestClient.connect(gateway)) {
                assertThat(bob.join("log:unrated", "'maxRate':3").getString("code"))
                        .isEqualTo("bad-request");
            }
        }
    }

    @Test
    void aPausedMemberHearsNothingUntilItGoesOnAndThenAllAtOnce() {
        String room = "state:pause";
        try (TestClient alice = TestClient.connect(gateway);
                TestClient bob = TestClient.connect(gateway)) {
            alice.join(room);
            alice.publishes(room, "'data':{'much':'" + "x".repeat(5_000) + "'}");
            RoomView view = RoomView.strict(room, true);
            join(bob, view, room);
            assertThat(bob.asks("'type':'update','room':'" + room + "','maxRate':0")
                            .getInteger("maxRate"))
                    .isZero();
            for (int i = 1; i <= 5; i++) {
                alice.publishes(room, "'data':{'n':" + i + "}");
            }
            bob.hearsNothingMoreOf("patch");

            assertThat(bob.asks("'type':'update','room':'" + room + "','maxRate':20")
                            .getInteger("maxRate"))
                    .isEqualTo(20);

            JsonObject merged = bob.hears("patch");
            assertThat(merged.getJsonObject("data")).isEqualTo(json("{'n':5}"));
            assertThat(merged.getLong("previous")).isEqualTo(1);
            view.hears(merged);
            assertThat(view.state()).isEqualTo(stateOf(room));
            alice.publishes(room, "'data':{'n':6}");
            assertThat(bob.hears("patch").getLong("offset")).isEqualTo(7);
            bob.hearsNothingMoreOf("patch");
        }
    }

    @Test
    void whoJoinsPausedGetsTheObjectAndNothingMore() {
        try (TestClient alice = TestClient.connect(gateway);
                TestClient bob = TestClient.connect(gateway)) {
            alice.join("state:asleep");
            assertThat(bob.join("state:asleep", "'maxRate':0").getJsonObject("state"))
                    .isEqualTo(new JsonObject());
            alice.publishes("state:asleep", "'data':{'n':1}");
            bob.hearsNothingMoreOf("patch");
            // Its own publications are acknowledged all the same.
            assertThat(bob.publishes("state:asleep", "'data':{'m':1}").getLong("offset"))
                    .isEqualTo(2);

            bob.takeAll();
            bob.asks("'type':'update','room':'state:asleep','maxRate':1");

            JsonObject next = bob.hearsNext();
            assertThat(next.getLong("offset")).isEqualTo(2);
            assertThat(
                            next.getString("type").equals("joined")
                                    ? next.getJsonObject("state")
                                    : next.getJsonObject("data"))
                    .isEqualTo(json("{'n':1,'m':1}"));
        }
    }

    // A member that does not read

    @Test
    void whoDoesNotReadCostsLittleIsNotClosedAndCatchesUp() {
        String room = "state:slow";
        try (TestClient alice = TestClient.connect(gateway);
                RawSocket bob = RawSocket.upgradedWithSmallBuffer(gateway.port(), "/ws")) {
            alice.join(room);
            RoomView view = RoomView.strict(room, true);
            view.says(json("{'type':'join','room':'" + room + "','id':1}"));
            bob.says("{'type':'join','room':'" + room + "','id':1}");

            String filler = "x".repeat(30_000);
            double most = 0;
            for (int i = 1; i <= 1000; i++) {
                alice.publishes(room, "'data':{'n':" + i + ",'k" + i % 20 + "':'" + i + filler + "'}");
                most = Math.max(most, i % 50 == 0 ? gateway.metric("fanfara_outbound_bytes") : 0);
            }
            assertThat(most).isLessThan(2 << 20);
            assertThat(gateway.metric("fanfara_connections_closed_total{code=\"4002\"}"))
                    .isLessThan(1);

            List<String> told = new ArrayList<>();
            long skipped = 0;
            while (!told.contains("restored")) {
                JsonObject next = new JsonObject(bob.readUntil(RawSocket.TEXT).text());
                view.hears(next);
                told.add(next.getString("type"));
                skipped = next.getLong("skipped", skipped);
            }
            assertThat(told).containsOnlyOnce("degraded");
            assertThat(told.indexOf("degraded")).isLessThan(told.lastIndexOf("restored"));
            assertThat(told.size()).isLessThan(600);
            assertThat(skipped).isPositive();
            assertThat(view.offset()).isEqualTo(1000);
            assertThat(view.state()).isEqualTo(stateOf(room));
            alice.publishes(room, "'data':{'n':0}");
            view.hears(new JsonObject(bob.readUntil(RawSocket.TEXT).text()));
            assertThat(view.state().getInteger("n")).isZero();
            Eventually.holds(
                    () -> assertThat(gateway.metric("fanfara_outbound_bytes")).isZero());
        }
    }

    // Vocabulary

    /** The frames of a room as they come, and when. */
    private static final class Frames {
        private final long begin = System.nanoTime();
        private final List<Long> came = new ArrayList<>();
        private final TestClient client;
        private final RoomView view;

        Frames(TestClient client, RoomView view) {
            this.client = client;
            this.view = view;
        }

        long now() {
            return System.nanoTime() - begin;
        }

        /** Follows until so long after the beginning. */
        void takeUntil(long nanos) {
            do {
                for (JsonObject frame : client.takeAll()) {
                    if (frame.containsKey("offset")) {
                        came.add(now());
                        view.hears(frame);
                    }
                }
                LockSupport.parkNanos(1_000_000);
            } while (now() < nanos);
        }

        int count() {
            return came.size();
        }

        /** Our own clock tells when a frame was seen, not when it came: 50 ms are allowed for that. */
        int mostInASecond() {
            int most = 0;
            for (int first = 0; first < came.size(); first++) {
                int last = first;
                while (last < came.size() && came.get(last) - came.get(first) < 950_000_000L) {
                    last++;
                }
                most = Math.max(most, last - first);
            }
            return most;
        }
    }

    private static JsonObject join(TestClient client, RoomView view, String room, String... members) {
        view.says(json("{'type':'join','room':'" + room + "','id':'c1'" + (members.length == 0 ? "" : ",")
                + String.join(",", members) + "}"));
        JsonObject joined = client.join(room, members);
        view.hears(joined.copy().put("id", "c1"));
        return joined;
    }

    private static JsonObject comesBack(String room, String... members) {
        try (TestClient bob = TestClient.connect(gateway)) {
            return bob.join(room, members);
        }
    }

    private static JsonObject stateOf(String room) {
        return comesBack(room).getJsonObject("state");
    }

    private static JsonObject json(String singleQuoted) {
        return new JsonObject(singleQuoted.replace('\'', '"'));
    }
}
