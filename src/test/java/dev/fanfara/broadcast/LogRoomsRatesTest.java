package dev.fanfara.broadcast;

import static dev.fanfara.broadcast.LogRoomsRig.ALICE;
import static dev.fanfara.broadcast.LogRoomsRig.BOB;
import static dev.fanfara.broadcast.LogRoomsRig.BRIEF;
import static dev.fanfara.broadcast.LogRoomsRig.CAROL;
import static dev.fanfara.broadcast.LogRoomsRig.STATE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.broadcast.LogRoomsRig.Heard;
import dev.fanfara.bus.Channel;
import dev.fanfara.bus.Forwarded;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Members of state rooms who want fewer frames, or none for a while. */
class LogRoomsRatesTest {
    private static final int SLOWLY = 5;
    private static final int FASTER = 20;

    private final LogRoomsRig rig = new LogRoomsRig();

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void whatHappensBetweenTwoFramesIsOnePatchForAllMembersOfARate() {
        rig.join(ALICE, STATE, null, SLOWLY);
        rig.join(BOB, STATE, null, SLOWLY);
        rig.join(CAROL, STATE);
        rig.hears("alice: joined A0 {} @5", "bob: joined A0 {} @5", "carol: joined A0 {}");

        patches("{'a':1}");
        rig.hears("patch 0>1 {\"a\":1}", "patch 0>1 {\"a\":1} @5");
        patches("{'a':{'b':1}}", "{'a':{'c':2}}", "{'a':{'b':null}}");

        rig.hears(
                "patch 1>2 {\"a\":{\"b\":1}}",
                "patch 2>3 {\"a\":{\"c\":2}}",
                "patch 3>4 {\"a\":{\"b\":null}}",
                "patch 1>4 {\"a\":{\"b\":null,\"c\":2}} @5");
    }

    @Test
    void framesAreNoMoreThanTheRate() {
        rig.join(ALICE, STATE, null, FASTER);
        rig.hears("alice: joined A0 {} @20");

        patches("{'a':0}");
        long last = rig.next(1).get(0).nanos();
        for (int i = 1; i <= 5; i++) {
            patches("{'a':" + i + "}", "{'b':" + i + "}");
            Heard frame = rig.next(1).get(0);
            assertThat(frame.text()).endsWith("@20");
            assertThat(frame.nanos() - last).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(45));
            last = frame.nanos();
        }
        rig.hearsNothing();
    }

    @Test
    void theAckOfARatedAuthorComesWithItsFrame() {
        rig.join(ALICE, STATE, null, SLOWLY);
        rig.hears("alice: joined A0 {} @5");
        patches("{'a':1}");
        rig.hears("patch 0>1 {\"a\":1} @5");

        rig.say(ALICE, STATE, "{'b':1}");
        rig.say(ALICE, STATE, "{'c':1}");

        rig.hears("patch 1>3 {\"b\":1,\"c\":1} @5", "alice: ack A2", "alice: ack A3");
    }

    @Test
    void theRuleIsTheUpperLimit() {
        rig.reload("{'match': 'state:room', 'mode': 'state', 'presence': 'none', 'maxRate': 7}");

        rig.join(ALICE, STATE);
        rig.join(BOB, STATE, null, 100);
        rig.join(CAROL, STATE, null, SLOWLY);

        rig.hears("alice: joined A0 {} @7", "bob: joined A0 {} @7", "carol: joined A0 {} @5");
    }

    @Test
    void whoPausedGetsOneMergedPatchWhenItGoesOn() {
        rig.join(ALICE, STATE, null, Channel.PAUSED);
        rig.hears("alice: joined A0 {} @0");
        patches("{'a':{'b':1}}", "{'a':2}", "{'c':3}", "{'a':null}");
        rig.hearsNothing();

        rig.refresh(ALICE, STATE, rig.at("A0"), false, Channel.EVERY_FRAME);

        rig.hears("alice: refreshed [patch 0>4 {\"a\":null,\"c\":3}]");
        patches("{'d':4}");
        rig.hears("patch 4>5 {\"d\":4}");
    }

    @Test
    void whoPausedGetsTheStateWhereThatIsShorter() {
        rig.join(ALICE, STATE, null, Channel.PAUSED);
        rig.hears("alice: joined A0 {} @0");
        patches("{'" + "x".repeat(600) + "':1}");
        patches("{'" + "x".repeat(600) + "':null}");
        patches("{'a':1}");

        rig.refresh(ALICE, STATE, rig.at("A0"), false, SLOWLY);

        rig.hears("alice: refreshed @5 [joined A3 {\"a\":1}]");
    }

    @Test
    void whoPausedLongerThanIsRememberedGetsTheState() {
        rig.join(ALICE, BRIEF, null, Channel.PAUSED);
        rig.hears("alice: joined A0 {} @0");
        for (int i = 1; i <= 5; i++) {
            rig.comes(rig.elsewhere(BRIEF, "{'a':" + i + "}"));
        }

        rig.refresh(ALICE, BRIEF, rig.at("A0"), false, Channel.EVERY_FRAME);

        rig.hears("alice: refreshed [joined A5 {\"a\":5}]");
    }

    @Test
    void whoKnowsAnOffsetOfItsOwnGetsTheState() {
        rig.join(ALICE, STATE, null, Channel.PAUSED);
        rig.hears("alice: joined A0 {} @0");
        patches("{'a':1}");

        rig.say(ALICE, STATE, "{'b':2}");
        rig.hears("alice: ack A2");
        rig.refresh(ALICE, STATE, rig.at("A0"), true, Channel.EVERY_FRAME);

        rig.hears("alice: refreshed [joined A2 {\"a\":1,\"b\":2}]");
    }

    @Test
    void whoPausedThroughANewEpochIsToldSo() {
        rig.join(ALICE, STATE, null, Channel.PAUSED);
        rig.join(BOB, STATE, null, SLOWLY);
        rig.hears("alice: joined A0 {} @0", "bob: joined A0 {} @5");
        rig.onLoop(() -> rig.logs.renewElsewhere(STATE));
        patches("{'a':1}");
        List<Heard> told = rig.heard();
        assertThat(told)
                .extracting(Heard::text)
                .containsExactly("joined B1 lost {\"a\":1}", "joined B1 lost {\"a\":1} @5");

        rig.refresh(ALICE, STATE, rig.at("A0"), false, Channel.EVERY_FRAME);

        rig.hears("alice: refreshed [joined B1 lost {\"a\":1}]");
    }

    @Test
    void aRateIsChangedWhileFramesWait() {
        rig.join(ALICE, STATE, null, SLOWLY);
        rig.hears("alice: joined A0 {} @5");
        patches("{'a':1}");
        rig.hears("patch 0>1 {\"a\":1} @5");
        patches("{'a':2}");

        rig.refresh(ALICE, STATE, rig.at("A1"), false, Channel.EVERY_FRAME);
        patches("{'a':3}");

        rig.hears("alice: refreshed [patch 1>2 {\"a\":2}]", "patch 2>3 {\"a\":3}");
    }

    @Test
    void acksGoWithAMemberThatChangesItsRate() {
        rig.join(ALICE, STATE, null, SLOWLY);
        rig.join(BOB, STATE, null, SLOWLY);
        rig.hears("alice: joined A0 {} @5", "bob: joined A0 {} @5");
        patches("{'a':1}");
        rig.hears("patch 0>1 {\"a\":1} @5");
        rig.say(ALICE, STATE, "{'a':2}");

        rig.refresh(ALICE, STATE, rig.at("A1"), false, Channel.EVERY_FRAME);
        patches("{'a':3}");

        assertThat(rig.next(4))
                .extracting(Heard::text)
                .containsExactly(
                        "alice: refreshed [patch 1>2 {\"a\":2}]",
                        "alice: ack A2",
                        "patch 2>3 {\"a\":3}",
                        "patch 1>3 {\"a\":3} @5");
    }

    @Test
    void theAckOfARepetitionDoesNotOvertakeTheFrame() {
        rig.join(ALICE, STATE, null, SLOWLY);
        rig.hears("alice: joined A0 {} @5");
        patches("{'a':1}");
        rig.hears("patch 0>1 {\"a\":1} @5");
        patches("{'a':2}");

        rig.say(ALICE, STATE, "{'b':1}", "key");
        rig.say(ALICE, STATE, "{'b':1}", "key");

        rig.hears("patch 1>3 {\"a\":2,\"b\":1} @5", "alice: ack A3", "alice: ack A3 duplicate");
    }

    @Test
    void whoLeavesWhileAFrameWaitsTakesItsGroupAlong() {
        rig.join(ALICE, STATE, null, FASTER);
        rig.join(BOB, STATE);
        rig.hears("alice: joined A0 {} @20", "bob: joined A0 {}");
        patches("{'a':1}");
        rig.hears("patch 0>1 {\"a\":1}", "patch 0>1 {\"a\":1} @20");
        patches("{'a':2}");
        rig.say(ALICE, STATE, "{'a':3}");

        rig.leave(ALICE, STATE);

        // It was taken, and its author waits for no frame any more.
        rig.hears("patch 1>2 {\"a\":2}", "patch 2>3 {\"a\":3} but alice", "alice: ack A3");
        rig.join(ALICE, STATE, null, FASTER);
        patches("{'a':4}");
        rig.hears("alice: joined A3 {\"a\":3} @20", "patch 3>4 {\"a\":4}", "patch 3>4 {\"a\":4} @20");
    }

    @Test
    void whatIsRepairedReachesRatedMembersToo() {
        rig.join(ALICE, STATE, null, SLOWLY);
        rig.hears("alice: joined A0 {} @5");
        rig.elsewhere(STATE, "{'a':1}");

        rig.comes(rig.elsewhere(STATE, "{'b':1}"));

        rig.hears("patch 0>2 {\"a\":1,\"b\":1} @5");
    }

    private void patches(String... patches) {
        Forwarded[] come = new Forwarded[patches.length];
        for (int i = 0; i < patches.length; i++) {
            come[i] = rig.elsewhere(STATE, patches[i]);
        }
        rig.comes(come);
    }
}
