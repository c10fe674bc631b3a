package dev.fanfara.broadcast;

import static dev.fanfara.broadcast.LogRoomsRig.ALICE;
import static dev.fanfara.broadcast.LogRoomsRig.BOB;
import static dev.fanfara.broadcast.LogRoomsRig.CAROL;
import static dev.fanfara.broadcast.LogRoomsRig.LOG;
import static dev.fanfara.broadcast.LogRoomsRig.STATE;
import static dev.fanfara.broadcast.LogRoomsRig.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfara.broadcast.LogRoomsRig.Heard;
import dev.fanfara.bus.Published;
import dev.fanfara.protocol.ErrorCode;
import dev.fanfara.protocol.Refusal;
import dev.fanfara.protocol.RoomName;
import io.vertx.core.Future;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Rooms whose rule begins or ceases to remember while members are in them. */
class LogRoomsReloadTest {
    private static final RoomName ROOM = new RoomName("room");

    private final LogRoomsRig rig = new LogRoomsRig();

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void aRoomThatBeginsToRememberTellsItsMembersWhereItIs() {
        rig.join(ALICE, ROOM);
        rig.say(ALICE, ROOM, "plain");
        rig.hears("alice: joined", "message plain but alice", "alice: ack");

        rule(ROOM, "log");

        rig.hears("joined A0 lost []");
        rig.say(ALICE, ROOM, "a");
        rig.hears("message 1 a but alice", "alice: ack A1");
    }

    @Test
    void aRoomThatCeasesToRememberGoesOnWithoutPositions() {
        rig.join(ALICE, LOG);
        rig.say(ALICE, LOG, "a");
        rig.hears("alice: joined A0", "message 1 a but alice", "alice: ack A1");

        rule(LOG, "plain");
        rig.say(ALICE, LOG, "b");

        rig.hears("message b but alice", "alice: ack");
    }

    @Test
    void aLogRoomThatBeginsToKeepAStateBeginsAnEpochWithIt() {
        rig.join(ALICE, LOG);
        rig.say(ALICE, LOG, "a");
        rig.hears("alice: joined A0", "message 1 a but alice", "alice: ack A1");

        rule(LOG, "state");

        rig.hears("joined B0 lost {}");
        rig.say(ALICE, LOG, "{'a':1}");
        rig.hears("patch 0>1 {\"a\":1} but alice", "alice: ack B1");
    }

    @Test
    void aStateRoomThatCeasesToKeepOneGoesOnAsALog() {
        rig.join(ALICE, STATE);
        rig.say(ALICE, STATE, "{'a':1}");
        rig.hears("alice: joined A0 {}", "patch 0>1 {\"a\":1} but alice", "alice: ack A1");

        rule(STATE, "log");

        rig.hears("joined B0 lost []");
        rig.say(ALICE, STATE, "text");
        rig.hears("message 1 text but alice", "alice: ack B1");
    }

    @Test
    void nobodyIsForgottenWhenThereAreNoRatesAnyMore() {
        rig.join(ALICE, STATE, null, 5);
        rig.join(BOB, STATE, null, 0);
        rig.join(CAROL, STATE);
        rig.hears("alice: joined A0 {} @5", "bob: joined A0 {} @0", "carol: joined A0 {}");

        rule(STATE, "plain");
        rig.say(CAROL, STATE, "plain");

        // To where the room now speaks.
        List<String> told = rig.heard().stream().map(Heard::text).toList();
        assertThat(told).contains("alice: moved", "bob: moved");
    }

    @Test
    void acksThatWaitAreNotForgottenWhenARoomCeasesToRemember() {
        rig.join(ALICE, LOG);
        rig.hears("alice: joined A0");
        rig.onLoop(rig.logs.reads::holds);
        rig.elsewhere(LOG, "lost");
        rig.say(ALICE, LOG, "a");
        rig.hearsNothing();

        rule(LOG, "plain");

        rig.hears("alice: ack A2");
    }

    @Test
    void aRoomThatRemembersMoreStaysWhatItIs() {
        rig.join(ALICE, LOG);
        rig.say(ALICE, LOG, "a");
        rig.hears("alice: joined A0", "message 1 a but alice", "alice: ack A1");

        rig.reload("{'match': 'log:room', 'mode': 'log', 'presence': 'none', 'history': {'size': 5000}}");
        rig.say(ALICE, LOG, "b");

        rig.hears("message 2 b but alice", "alice: ack A2");
    }

    @Test
    void aRuleThatChangesWhileARoomOpensIsTheOneThatCounts() {
        rig.onLoop(rig.logs.reads::holds);
        rig.join(ALICE, LOG);

        rule(LOG, "plain");
        rig.onLoop(rig.logs.reads::opens);
        List<String> told = rig.heard().stream().map(Heard::text).toList();
        rig.say(ALICE, LOG, "a");

        assertThat(told).hasSizeGreaterThanOrEqualTo(1);
        rig.hears("message a but alice", "alice: ack");
    }

    @Test
    void aRuleThatChangedWhileNobodyWasThereIsTheOneThatCounts() {
        rig.elsewhere(LOG, "a");
        rig.elsewhere(STATE, "{'a':1}");

        rule(LOG, "state");
        rig.join(ALICE, LOG);
        rig.hears("alice: joined A0 {}");
        // The other room remembers messages again, so alice is told.
        rule(STATE, "log");
        rig.join(BOB, STATE);

        rig.hears("joined B0 lost []", "bob: joined C0");
    }

    @Test
    void aTextThatWaitsWhenARoomBeginsToKeepAStateIsRefused() {
        rig.onLoop(rig.logs.appends::holds);
        Future<Published> first = rig.request(LOG, "a", null);
        Future<Published> text = rig.request(LOG, "b", null);
        rig.settle();

        rule(LOG, "state");
        Future<Published> patch = rig.request(LOG, "{'a':1}", null);
        rig.settle();
        rig.onLoop(rig.logs.appends::opens);

        assertThat(await(first).position()).isNotNull();
        assertThat(await(patch).position()).isNotNull();
        assertThatThrownBy(() -> await(text))
                .cause()
                .extracting(refusal -> ((Refusal) refusal).code())
                .isEqualTo(ErrorCode.BAD_REQUEST);
    }

    private void rule(RoomName room, String mode) {
        rig.reload("{'match': '" + room.value() + "', 'mode': '" + mode + "', 'presence': 'none'}");
    }
}
