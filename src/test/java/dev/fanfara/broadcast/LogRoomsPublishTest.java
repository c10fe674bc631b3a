package dev.fanfara.broadcast;

import static dev.fanfara.broadcast.LogRoomsRig.ALICE;
import static dev.fanfara.broadcast.LogRoomsRig.BOB;
import static dev.fanfara.broadcast.LogRoomsRig.LOG;
import static dev.fanfara.broadcast.LogRoomsRig.PEER;
import static dev.fanfara.broadcast.LogRoomsRig.STATE;
import static dev.fanfara.broadcast.LogRoomsRig.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfara.broadcast.LogRoomsRig.Heard;
import dev.fanfara.bus.Addresses;
import dev.fanfara.bus.PeerMessage;
import dev.fanfara.bus.Published;
import dev.fanfara.bus.Roster;
import dev.fanfara.protocol.ErrorCode;
import dev.fanfara.protocol.Refusal;
import dev.fanfara.room.Batch;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of publications in rooms that remember: in which order, in which batches, and what is said of a no. */
class LogRoomsPublishTest {
    private final LogRoomsRig rig = new LogRoomsRig();

    @AfterEach
    void stop() {
        rig.close();
    }

    // Refusals

    @Test
    void anotherPayloadUnderTheSameKeyIsAConflict() {
        joined();
        rig.say(ALICE, LOG, "a", "key");
        rig.hears("message 1 a but alice", "alice: ack A1");

        rig.say(ALICE, LOG, "b", "key");

        rig.hears("alice: error conflict");
    }

    @Test
    void whileMemoryIsLowNothingIsAddedToWhatRoomsRememberAndNoneBegins() {
        joined();
        rig.memory.heap().collected(85, 100);

        rig.say(ALICE, LOG, "a");
        rig.hears("alice: error unavailable");
        rig.join(ALICE, STATE);
        rig.hears("alice: refused unavailable");
        rig.memory.heap().collected(50, 100);
        rig.say(ALICE, LOG, "b");

        rig.hears("message 1 b but alice", "alice: ack A1");
    }

    @Test
    void whatFindsTooMuchOnItsWayIsRefusedAndGoesThroughWhenThatIsGone() {
        joined();
        long all = Runtime.getRuntime().maxMemory();
        rig.memory.intake().add(all);

        assertThatThrownBy(() -> await(rig.request(LOG, "a", null))).hasMessageContaining("Too much is waiting");
        rig.memory.intake().giveBack(all);
        await(rig.request(LOG, "b", null));

        rig.hears("message 1 b");
        // The edge, which the test plays, has not given back what was delivered to it.
        assertThat(rig.memory.intake().bytes()).isLessThan(1_000);
    }

    @Test
    void aStateThatWouldGrowTooLargeIsLeftAsItIs() {
        rig.join(ALICE, STATE);
        rig.hears("alice: joined A0 {}");

        rig.say(ALICE, STATE, "{'a':'" + "x".repeat(3_000) + "'}");
        rig.hears("alice: error too-large");
        rig.say(ALICE, STATE, "{'a':1}");

        rig.hears("patch 0>1 {\"a\":1} but alice", "alice: ack A1");
    }

    @Test
    void aStateRoomTakesObjectsOnly() {
        rig.join(ALICE, STATE);
        rig.hears("alice: joined A0 {}");

        rig.say(ALICE, STATE, "text");

        rig.hears("alice: error bad-request");
    }

    @Test
    void aMemoryThatDoesNotAnswerIsSaid() {
        joined();
        rig.onLoop(rig.logs.appends::fails);
        rig.say(ALICE, LOG, "a");
        rig.hears("alice: error unavailable");

        rig.onLoop(rig.logs.appends::opens);
        rig.say(ALICE, LOG, "b");

        rig.hears("message 1 b but alice", "alice: ack A1");
    }

    @Test
    void aRefusalDoesNotStopWhatComesAfterIt() {
        joined();
        rig.onLoop(rig.logs.appends::holds);
        rig.onLoop(() -> {
            rig.sayNow(ALICE, LOG, "a", "key");
            rig.sayNow(ALICE, LOG, "b", "key");
            rig.sayNow(ALICE, LOG, "c", null);
            rig.sayNow(ALICE, LOG, "a", "key");
        });

        rig.onLoop(rig.logs.appends::opens);

        rig.hears(
                "message 1 a but alice",
                "alice: ack A1",
                "alice: error conflict",
                "message 2 c but alice",
                "alice: ack A2",
                "alice: ack A1 duplicate");
    }

    // Backends

    @Test
    void aBackendLearnsWhereItsPublicationIs() {
        joined();

        Published first = await(rig.request(LOG, "a", "key"));
        Published again = await(rig.request(LOG, "a", "key"));

        rig.hears("message 1 a");
        assertThat(first.position()).isEqualTo(again.position());
        assertThat(first.duplicate()).isFalse();
        assertThat(again.duplicate()).isTrue();
        assertThatThrownBy(() -> await(rig.request(LOG, "b", "key")))
                .hasCauseInstanceOf(Refusal.class)
                .cause()
                .extracting(refusal -> ((Refusal) refusal).code())
                .isEqualTo(ErrorCode.CONFLICT);
    }

    @Test
    void aRoomWithoutMembersRemembersToo() {
        Published published = await(rig.request(LOG, "a", null));
        assertThat(published.position()).isNotNull();

        rig.join(ALICE, LOG);

        rig.hears("alice: joined A1");
    }

    // Batches

    @Test
    void oneBatchIsUnderWayAndWhatComesMeanwhileIsTheNext() {
        joined();
        rig.onLoop(rig.logs.appends::holds);
        rig.onLoop(() -> {
            for (int i = 1; i <= 600; i++) {
                rig.sayNow(ALICE, LOG, String.valueOf(i), null);
            }
        });
        assertThat(batchSizes()).containsExactly(1);

        rig.onLoop(rig.logs.appends::passesOne);
        assertThat(batchSizes()).containsExactly(1, 256);
        assertThat(rig.onLoop(rig.logs.appends::waiting)).isEqualTo(1);
        rig.onLoop(rig.logs.appends::opens);

        assertThat(batchSizes()).containsExactly(1, 256, 256, 87);
        List<String> expected = new ArrayList<>();
        for (int i = 1; i <= 600; i++) {
            expected.add("message " + i + " " + i + " but alice");
            expected.add("alice: ack A" + i);
        }
        rig.hears(expected.toArray(String[]::new));
        assertThat(rig.onLoop(() -> rig.logs.batches.stream().map(Batch::number).toList()))
                .isSorted()
                .doesNotHaveDuplicates();
    }

    @Test
    void roomsDoNotWaitForEachOther() {
        joined();
        rig.onLoop(rig.logs.appends::holds);

        rig.say(ALICE, LOG, "a");
        rig.say(BOB, STATE, "{'a':1}");

        assertThat(rig.onLoop(rig.logs.appends::waiting)).isEqualTo(2);
    }

    @Test
    void batchesAreBoundedInBytes() {
        joined();
        rig.onLoop(rig.logs.appends::holds);
        String large = "x".repeat(60_000);
        rig.onLoop(() -> {
            for (int i = 0; i < 12; i++) {
                rig.sayNow(ALICE, LOG, large, null);
            }
        });

        rig.onLoop(rig.logs.appends::opens);

        assertThat(batchSizes()).containsExactly(1, 5, 5, 1);
    }

    @Test
    void whoOutrunsTheMemoryIsRefusedUntilItHasCaughtUp() {
        joined();
        rig.onLoop(rig.logs.appends::holds);
        String large = "x".repeat(60_000);
        rig.onLoop(() -> {
            for (int i = 0; i < 100; i++) {
                rig.sayNow(ALICE, LOG, large, null);
            }
        });
        List<Heard> refusals = rig.heard();
        assertThat(refusals).extracting(Heard::text).containsOnly("alice: error unavailable");
        int taken = 100 - refusals.size();
        assertThat(taken * 60_000L).isBetween(3_900_000L, 4L << 20);

        rig.onLoop(rig.logs.appends::opens);
        assertThat(rig.heard()).hasSize(2 * taken);
        rig.say(ALICE, LOG, "again");

        rig.hears("message " + (taken + 1) + " again but alice", "alice: ack A" + (taken + 1));
    }

    // While a room opens

    @Test
    void aRoomThatWaitsForOtherNodesIsNotTakenForAPlainOne() {
        Promise<Roster> confirmation = Promise.promise();
        await(Addresses.SUBSCRIBE.serve(rig.vertx, PEER, 0, question -> confirmation.future()));
        rig.onLoop(() -> new PeerMessage.Interests(PEER, 0, List.of(), false).dispatch(rig.service.peers));
        rig.onLoop(() -> {
            rig.joinNow(ALICE, LOG, null, null);
            rig.sayNow(ALICE, LOG, "a", null);
        });

        Future<Published> backends = rig.request(LOG, "b", null);
        rig.settle();
        rig.onLoop(() -> confirmation.complete(new Roster(PEER, 0, 0, Map.of())));

        assertThat(await(backends).position()).isNotNull();
        assertThat(Stream.concat(rig.next(2).stream(), rig.heard().stream()))
                .extracting(Heard::text)
                .contains("alice: joined A2", "alice: ack A1");
        assertThat(rig.onLoop(() -> rig.logs.known(LOG).head().offset())).isEqualTo(2);
    }

    private void joined() {
        rig.join(ALICE, LOG);
        rig.hears("alice: joined A0");
    }

    private List<Integer> batchSizes() {
        return rig.onLoop(() ->
                rig.logs.batches.stream().map(batch -> batch.proposals().size()).toList());
    }
}
