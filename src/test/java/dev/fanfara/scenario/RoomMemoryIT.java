package dev.fanfara.scenario;

import static dev.fanfara.testing.TestClient.since;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.testing.Eventually;
import dev.fanfara.testing.GatewayProcess;
import dev.fanfara.testing.TestClient;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rooms of mode log on one node: where a member stands, and what it gets when it comes back. */
class RoomMemoryIT {
    /** What rooms {@code log:*} and {@code brief:*} remember. */
    private static final int LIMIT = 10;

    private static final String RULES = """
            [{"match":"log:*","mode":"log","history":{"size":10},"presence":"none"},
             {"match":"brief:*","mode":"log","history":{"size":10,"ttl":"1s"},"presence":"none"},
             {"match":"deep:*","mode":"log","history":{"size":1000},"presence":"count"},
             {"match":"plain","mode":"plain","presence":"none"}]""";

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

    // Where a member stands

    @Test
    void aMemberLearnsWhereTheRoomIsBeforeTheFirstMessage() {
        try (TestClient alice = TestClient.connect(gateway);
                TestClient bob = TestClient.connect(gateway)) {
            JsonObject first = alice.join("log:where");

            assertThat(first.getString("type")).isEqualTo("joined");
            assertThat(first.getString("epoch")).matches("[A-Za-z0-9_.~-]{1,32}");
            assertThat(first.getLong("offset")).isZero();
            assertThat(first.fieldNames()).doesNotContain("recovered", "messages", "state", "members");

            alice.publishes("log:where", "'text':'one'");
            JsonObject second = bob.join("log:where");
            assertThat(second.getString("epoch")).isEqualTo(first.getString("epoch"));
            assertThat(second.getLong("offset")).isEqualTo(1);
            alice.publishes("log:where", "'text':'two'");
            assertThat(bob.hears("message").getLong("offset")).isEqualTo(2);
        }
    }

    @Test
    void anAckTellsThePositionWithOrWithoutAnId() {
        try (TestClient alice = TestClient.connect(gateway)) {
            String epoch = alice.join("log:acks").getString("epoch");

            alice.says("{'type':'message','text':'no id'}");
            JsonObject ack = alice.hears("ack");
            assertThat(ack)
                    .isEqualTo(new JsonObject()
                            .put("type", "ack")
                            .put("room", "log:acks")
                            .put("epoch", epoch)
                            .put("offset", 1));
            assertThat(alice.publishes("log:acks", "'text':'an id'").getLong("offset"))
                    .isEqualTo(2);
        }
    }

    @Test
    void acksAndMessagesComeInOneOrder() {
        try (TestClient alice = TestClient.connect(gateway);
                TestClient bob = TestClient.connect(gateway)) {
            alice.join("deep:order");
            bob.join("deep:order");
            for (int i = 0; i < 200; i++) {
                alice.says("{'type':'message','room':'deep:order','data':" + i + "}");
                bob.says("{'type':'message','room':'deep:order','data':" + i + "}");
            }

            for (TestClient each : List.of(alice, bob)) {
                List<Long> offsets = new ArrayList<>();
                while (offsets.size() < 400) {
                    JsonObject next = each.hearsNext();
                    if (next.containsKey("offset")) {
                        offsets.add(next.getLong("offset"));
                    }
                }
                assertThat(offsets).isEqualTo(upTo(400));
            }
        }
    }

    @Test
    void publishesThatWaitForNoAckKeepTheirOrder() {
        try (TestClient alice = TestClient.connect(gateway);
                TestClient bob = TestClient.connect(gateway)) {
            alice.join("deep:pipe");
            bob.join("deep:pipe");
            for (int i = 1; i <= 300; i++) {
                alice.says("{'type':'message','data':" + i + ",'id':" + i + "}");
            }

            for (JsonObject message : bob.hears(300, "message")) {
                assertThat(message.getLong("offset")).isEqualTo(message.getLong("data"));
            }
            for (JsonObject ack : alice.hears(300, "ack")) {
                assertThat(ack.getLong("offset")).isEqualTo(ack.getLong("id"));
            }
        }
    }

    @Test
    void anEchoComesAtThePlaceOfItsAck() {
        try (TestClient alice = TestClient.connect(gateway)) {
            alice.join("log:echo");
            alice.publishes("log:echo", "'text':'silent'");
            long offset =
                    alice.publishes("log:echo", "'text':'loud','echo':true").getLong("offset");

            JsonObject echo = alice.hears("message");
            assertThat(echo.getString("text")).isEqualTo("loud");
            assertThat(echo.getLong("offset")).isEqualTo(offset);
            alice.hearsNothingMoreOf("message");
        }
    }

    // Coming back

    @ParameterizedTest
    @ValueSource(ints = {0, 1, LIMIT})
    void whoComesBackGetsExactlyWhatWasMissed(int missed) {
        String room = "log:missed-" + missed;
        try (TestClient alice = TestClient.connect(gateway)) {
            alice.join(room);
            alice.publishes(room, "'data':0");
            JsonObject left = leaves(room);

            say(alice, room, missed);

            JsonObject back = comesBack(room, since(left));
            assertThat(back.getBoolean("recovered")).isTrue();
            assertThat(back.getString("epoch")).isEqualTo(left.getString("epoch"));
            assertThat(back.getLong("offset")).isEqualTo(1 + missed);
            assertThat(offsets(back.getJsonArray("messages")))
                    .isEqualTo(upTo(1 + missed).subList(1, 1 + missed));
            assertThat(data(back.getJsonArray("messages"))).isEqualTo(upTo(missed));
        }
    }

    @Test
    void whoMissedMoreThanIsRememberedIsToldAndGetsNoPartOfIt() {
        try (TestClient alice = TestClient.connect(gateway)) {
            alice.join("log:too-many");
            JsonObject left = leaves("log:too-many");

            say(alice, "log:too-many", LIMIT + 1);

            assertNotRecovered(comesBack("log:too-many", since(left)), LIMIT + 1);
        }
    }

    @Test
    void whoStaysAwayLongerThanIsRememberedIsToldUnlessNothingHappened() {
        try (TestClient alice = TestClient.connect(gateway)) {
            alice.join("brief:ttl");
            JsonObject before = leaves("brief:ttl");
            say(alice, "brief:ttl", 1);
            JsonObject after = leaves("brief:ttl");

            Eventually.holds(() -> assertThat(
                            alice.asks("'type':'history','room':'brief:ttl'").getJsonArray("messages"))
                    .isEmpty());

            assertNotRecovered(comesBack("brief:ttl", since(before)), 1);
            JsonObject nothingMissed = comesBack("brief:ttl", since(after));
            assertThat(nothingMissed.getBoolean("recovered")).isTrue();
            assertThat(nothingMissed.getJsonArray("messages")).isEmpty();
        }
    }

    @Test
    void aPlaceThatIsNotInThePastOfTheRoomIsNotRecovered() {
        try (TestClient alice = TestClient.connect(gateway)) {
            String epoch = alice.join("log:nowhere").getString("epoch");
            say(alice, "log:nowhere", 3);

            assertNotRecovered(comesBack("log:nowhere", since("another", 1)), 3);
            assertNotRecovered(comesBack("log:nowhere", since("", 1)), 3);
            assertNotRecovered(comesBack("log:nowhere", since(epoch, 4)), 3);
            assertNotRecovered(comesBack("log:nowhere", since(epoch, 1L << 53)), 3);
            assertNotRecovered(comesBack("log:nowhere", since(epoch, 9_999_999_999_999_999L)), 3);
        }
    }

    @Test
    void offsetZeroRecoversEverythingWhileItIsRemembered() {
        try (TestClient alice = TestClient.connect(gateway)) {
            String epoch = alice.join("log:zero").getString("epoch");
            say(alice, "log:zero", LIMIT);

            JsonObject all = comesBack("log:zero", since(epoch, 0));
            assertThat(all.getBoolean("recovered")).isTrue();
            assertThat(offsets(all.getJsonArray("messages"))).isEqualTo(upTo(LIMIT));

            say(alice, "log:zero", 1);
            assertNotRecovered(comesBack("log:zero", since(epoch, 0)), LIMIT + 1);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'epoch':'e','offset':-1}",
                "{'epoch':'e','offset':1.5}",
                "{'epoch':'e','offset':'1'}",
                "{'epoch':'e','offset':99999999999999999999}",
                "{'epoch':'e23456789012345678901234567890123','offset':1}",
                "{'epoch':7,'offset':1}",
                "{'offset':1}",
                "'e:1'"
            })
    void aPlaceThatIsNoneIsABadRequest(String since) {
        try (TestClient alice = TestClient.connect(gateway)) {
            alice.says("{'type':'join','room':'log:bad','since':" + since + ",'id':1}");

            JsonObject error = alice.hears("error");
            assertThat(error.getString("code")).isEqualTo("bad-request");
            assertThat(error.getString("message")).startsWith("since: ");
            assertThat(error.getValue("id")).isEqualTo(1);
        }
    }

    @Test
    void inAPlainRoomNothingIsRecovered() {
        assertThat(comesBack("plain", since("e", 1)).getBoolean("recovered")).isFalse();
    }

    // History

    @Test
    void aJoinBringsAsMuchHistoryAsItAsksFor() {
        try (TestClient alice = TestClient.connect(gateway)) {
            alice.join("log:history");
            say(alice, "log:history", LIMIT + 2);

            assertThat(data(comesBack("log:history", "'history':3").getJsonArray("messages")))
                    .isEqualTo(List.of(10L, 11L, 12L));
            assertThat(data(comesBack("log:history", "'history':500").getJsonArray("messages")))
                    .isEqualTo(upTo(LIMIT + 2).subList(2, LIMIT + 2));
            assertThat(comesBack("log:history", "'history':0").getJsonArray("messages"))
                    .isEmpty();
        }
    }

    @Test
    void historyIsReadPageByPage() {
        try (TestClient alice = TestClient.connect(gateway)) {
            String epoch = alice.join("deep:pages").getString("epoch");
            say(alice, "deep:pages", 25);

            List<Long> read = new ArrayList<>();
            List<Integer> sizes = new ArrayList<>();
            do {
                JsonObject page =
                        alice.asks("'type':'history','room':'deep:pages','limit':10," + since(epoch, read.size()));
                assertThat(page.getString("epoch")).isEqualTo(epoch);
                assertThat(page.getLong("offset")).isEqualTo(25);
                read.addAll(offsets(page.getJsonArray("messages")));
                sizes.add(page.getJsonArray("messages").size());
            } while (sizes.get(sizes.size() - 1) > 0);

            assertThat(read).isEqualTo(upTo(25));
            assertThat(sizes).containsExactly(10, 10, 5, 0);
            assertThat(offsets(alice.asks("'type':'history','room':'deep:pages','limit':2")
                            .getJsonArray("messages")))
                    .containsExactly(24L, 25L);
        }
    }

    @Test
    void whatIsRememberedIsWhatWasHeard() {
        try (TestClient alice = TestClient.connect(gateway);
                TestClient bob = TestClient.connect(gateway)) {
            bob.join("log:same");
            alice.join("log:same", "'user':'alice'");
            alice.publishes("log:same", "'text':'hello'");
            alice.publishes("log:same", "'data':{'a':[1,null,'x'],'b':{}}");
            gateway.post("/api/rooms/log:same/messages", "{\"text\":\"from a backend\",\"user\":\"cron\"}");

            List<JsonObject> heard = bob.hears(3, "message");

            assertThat(bob.asks("'type':'history','room':'log:same'").getJsonArray("messages"))
                    .isEqualTo(new JsonArray(heard));
            assertThat(heard)
                    .extracting(message -> message.getString("user"))
                    .containsExactly("alice", "alice", "cron");
        }
    }

    // Keys

    @Test
    void aKeySaidByFiveAtOnceIsHeardOnce() throws Exception {
        try (TestClient bob = TestClient.connect(gateway)) {
            bob.join("deep:keys");
            List<TestClient> five = IntStream.range(0, 5)
                    .mapToObj(i -> TestClient.connect(gateway))
                    .toList();
            five.forEach(each -> each.join("deep:keys"));
            for (int key = 1; key <= 50; key++) {
                String said = "'text':'x','key':'k" + key + "'";
                List<JsonObject> acks = atOnce(five.stream()
                        .map(each -> (Callable<JsonObject>) () -> each.publishes("deep:keys", said))
                        .toList());

                assertThat(acks).extracting(ack -> ack.getLong("offset")).containsOnly((long) key);
                assertThat(acks).extracting(ack -> ack.getBoolean("duplicate")).containsOnlyOnce((Boolean) null);
            }

            assertThat(bob.hears(50, "message"))
                    .extracting(message -> message.getLong("offset"))
                    .isEqualTo(upTo(50));
            bob.hearsNothingMoreOf("message");
            five.forEach(TestClient::close);
        }
    }

    @Test
    void anotherPayloadUnderAKnownKeyIsAConflictAndTakesNoPlace() {
        try (TestClient alice = TestClient.connect(gateway)) {
            alice.join("log:conflict");
            alice.publishes("log:conflict", "'text':'a','key':'k'");

            assertThat(alice.publishes("log:conflict", "'text':'b','key':'k'").getString("code"))
                    .isEqualTo("conflict");
            assertThat(alice.publishes("log:conflict", "'data':'a','key':'k'").getString("code"))
                    .isEqualTo("conflict");
            assertThat(alice.publishes("log:conflict", "'text':'b'").getLong("offset"))
                    .isEqualTo(2);
            alice.join("log:no-conflict");
            assertThat(alice.publishes("log:no-conflict", "'text':'b','key':'k'")
                            .getLong("offset"))
                    .isEqualTo(1);
        }
    }

    @Test
    void aKeyIsKnownLongerThanItsMessage() {
        try (TestClient alice = TestClient.connect(gateway)) {
            alice.join("log:old-key");
            alice.publishes("log:old-key", "'text':'a','key':'k'");
            say(alice, "log:old-key", LIMIT + 5);

            JsonObject again = alice.publishes("log:old-key", "'text':'a','key':'k'");

            assertThat(again.getLong("offset")).isEqualTo(1);
            assertThat(again.getBoolean("duplicate")).isTrue();
        }
    }

    // Joining while the room is busy

    @Test
    void tenThousandJoinsWhileTheRoomIsBusyLeaveNoHoleAndRepeatNothing() throws Exception {
        int clients = 40;
        int joinsPerClient = 250;
        AtomicBoolean over = new AtomicBoolean();
        ExecutorService threads = Executors.newFixedThreadPool(clients + 1);
        try (TestClient publisher = TestClient.connect(gateway)) {
            publisher.join("deep:race");
            Future<Integer> said = threads.submit(() -> publishes(publisher, "deep:race", 200, over));
            List<Future<?>> joiners = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                int number = i;
                joiners.add(threads.submit(() -> joinsAndLeaves("deep:race", joinsPerClient, number)));
            }

            for (Future<?> joiner : joiners) {
                joiner.get(60, TimeUnit.SECONDS);
            }
            over.set(true);
            assertThat(said.get(10, TimeUnit.SECONDS)).isGreaterThan(joinsPerClient);
        } finally {
            over.set(true);
            threads.shutdownNow();
        }
    }

    /** So often a second, until it is over. */
    private static int publishes(TestClient publisher, String room, int perSecond, AtomicBoolean over) {
        int said = 0;
        long begin = System.nanoTime();
        while (!over.get()) {
            long due = begin + said * TimeUnit.SECONDS.toNanos(1) / perSecond;
            LockSupport.parkNanos(due - System.nanoTime());
            publisher.publishes(room, "'data':" + ++said);
        }
        return said;
    }

    /** Every fourth time it joins again from where it was. */
    private static void joinsAndLeaves(String room, int times, int number) {
        try (TestClient member = TestClient.connect(gateway)) {
            member.hears("welcome");
            JsonObject at = null;
            for (int i = 0; i < times; i++) {
                JsonObject joined = i % 4 == 3 && at != null ? member.join(room, since(at)) : member.join(room);
                long offset = joined.getLong("offset");
                if (joined.containsKey("messages") && at != null) {
                    assertThat(joined.getBoolean("recovered")).isTrue();
                    assertThat(offsets(joined.getJsonArray("messages")))
                            .isEqualTo(range(at.getLong("offset") + 1, offset));
                }
                for (int heard = 0; heard < 1 + (i + number) % 3; heard++) {
                    assertThat(member.hearsNext().getLong("offset")).isEqualTo(++offset);
                }
                member.says("{'type':'leave','room':'" + room + "'}");
                JsonObject next = member.hearsNext();
                while (next.getString("type").equals("message")) {
                    assertThat(next.getLong("offset")).isEqualTo(++offset);
                    next = member.hearsNext();
                }
                assertThat(next.getString("type")).isEqualTo("left");
                at = joined.copy().put("offset", offset);
            }
        }
    }

    // Vocabulary

    /** A member comes, and goes again; returns where it was. */
    private static JsonObject leaves(String room) {
        return comesBack(room);
    }

    private static JsonObject comesBack(String room, String... members) {
        try (TestClient bob = TestClient.connect(gateway)) {
            return bob.join(room, members);
        }
    }

    private static void say(TestClient alice, String room, int count) {
        for (int i = 1; i <= count; i++) {
            assertThat(alice.publishes(room, "'data':" + i).getString("type")).isEqualTo("ack");
        }
    }

    private static void assertNotRecovered(JsonObject joined, long offset) {
        assertThat(joined.getString("type")).isEqualTo("joined");
        assertThat(joined.getBoolean("recovered")).isFalse();
        assertThat(joined.getLong("offset")).isEqualTo(offset);
        assertThat(joined.getJsonArray("messages", new JsonArray())).isEmpty();
    }

    private static List<JsonObject> atOnce(List<Callable<JsonObject>> actions)
            throws InterruptedException, ExecutionException {
        ExecutorService threads = Executors.newFixedThreadPool(actions.size());
        try {
            List<JsonObject> answers = new ArrayList<>();
            for (Future<JsonObject> each : threads.invokeAll(actions)) {
                answers.add(each.get());
            }
            return answers;
        } finally {
            threads.shutdown();
        }
    }

    private static List<Long> offsets(JsonArray messages) {
        return messages.stream()
                .map(message -> ((JsonObject) message).getLong("offset"))
                .toList();
    }

    private static List<Long> data(JsonArray messages) {
        return messages.stream()
                .map(message -> ((JsonObject) message).getLong("data"))
                .toList();
    }

    private static List<Long> upTo(long last) {
        return range(1, last);
    }

    private static List<Long> range(long first, long last) {
        List<Long> range = new ArrayList<>();
        for (long i = first; i <= last; i++) {
            range.add(i);
        }
        return range;
    }
}
