package dev.fanfara.broadcast;

import static dev.fanfara.broadcast.LogRoomsRig.ALICE;
import static dev.fanfara.broadcast.LogRoomsRig.BOB;
import static dev.fanfara.broadcast.LogRoomsRig.BRIEF;
import static dev.fanfara.broadcast.LogRoomsRig.LOG;
import static dev.fanfara.broadcast.LogRoomsRig.MANY;
import static dev.fanfara.broadcast.LogRoomsRig.SHORT;
import static dev.fanfara.broadcast.LogRoomsRig.STATE;
import static dev.fanfara.broadcast.LogRoomsRig.payload;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.bus.Forwarded;
import dev.fanfara.protocol.Position;
import dev.fanfara.protocol.RoomName;
import dev.fanfara.testing.Eventually;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What members of a room that remembers hear, whatever happens to messages, memories and nodes. */
class LogRoomsTest {
    private final LogRoomsRig rig = new LogRoomsRig();

    @AfterEach
    void stop() {
        rig.close();
    }

    // Order

    @Test
    void whatComesLateOrTwiceIsSaidOnceAndInOrder() {
        joined();
        Forwarded a = rig.elsewhere(LOG, "a");
        Forwarded b = rig.elsewhere(LOG, "b");
        Forwarded c = rig.elsewhere(LOG, "c");

        rig.comes(c);
        rig.comes(a, a);
        rig.comes(c, b);
        rig.comes(a, b, c);

        rig.hears("message 1 a", "message 2 b", "message 3 c");
        assertThat(reads()).isEqualTo(1);
    }

    @Test
    void aHoleIsFilledByReading() {
        joined();
        Forwarded a = rig.elsewhere(LOG, "a");
        rig.elsewhere(LOG, "b");
        Forwarded c = rig.elsewhere(LOG, "c");

        rig.comes(a, c);

        rig.hears("message 1 a", "message 2 b", "message 3 c");
        assertThat(reads()).isEqualTo(2);
        assertThat(rig.repaired).hasValue(1);
    }

    @Test
    void aHoleIsGivenAMomentToFillByItself() {
        joined();
        rig.elsewhere(LOG, "a");
        Forwarded b = rig.elsewhere(LOG, "b");

        rig.comes(b);
        long came = System.nanoTime();

        long said = rig.next(2).get(0).nanos();
        assertThat(said - came).isBetween(TimeUnit.MILLISECONDS.toNanos(30), TimeUnit.SECONDS.toNanos(2));
    }

    @Test
    void theLossOfTheLastMessageIsNoticed() {
        joined();
        rig.elsewhere(LOG, "a");

        long lost = System.nanoTime();
        rig.onLoop(rig.logs.heads::opens);

        assertThat(rig.next(1)).singleElement().satisfies(last -> {
            assertThat(last.text()).isEqualTo("message 1 a");
            assertThat(last.nanos() - lost).isLessThan(TimeUnit.SECONDS.toNanos(5));
        });
    }

    @Test
    void whatIsReadTwiceIsSaidOnce() {
        joined();
        Forwarded a = rig.elsewhere(LOG, "a");
        Forwarded b = rig.elsewhere(LOG, "b");
        rig.comes(b);
        rig.hears("message 1 a", "message 2 b");

        rig.comes(a, b);

        rig.hearsNothing();
    }

    // Authors

    @Test
    void anAckComesAfterAllThatIsBeforeIt() {
        joined();
        rig.onLoop(rig.logs.reads::holds);
        Forwarded a = rig.elsewhere(LOG, "a");

        rig.say(ALICE, LOG, "b");
        rig.hearsNothing();
        rig.comes(a);

        rig.hears("message 1 a", "message 2 b but alice", "alice: ack A2");
    }

    @Test
    void anAuthorDoesNotHearItselfWhenARepairSeesItsMessageBeforeItsAck() {
        joined();
        rig.onLoop(rig.logs.appends::holds);
        rig.say(ALICE, LOG, "a");
        rig.comes(rig.elsewhere(LOG, "b"));
        Eventually.holds(() -> assertThat(reads()).isEqualTo(2));
        rig.hearsNothing();

        rig.onLoop(rig.logs.appends::opens);

        rig.hears("message 1 a but alice", "alice: ack A1", "message 2 b");
    }

    @Test
    void whatIsSaidHereAndNotHeardElsewhereIsForwardedWithItsPlace() {
        joined();

        rig.say(ALICE, LOG, "a");

        rig.hears("message 1 a but alice", "alice: ack A1");
        assertThat(rig.onLoop(() -> rig.logs.known(LOG).head().offset())).isEqualTo(1);
    }

    @Test
    void theAckOfARepetitionTellsWhereItWasAndDoesNotOvertakeIt() {
        joined();
        rig.onLoop(rig.logs.reads::holds);
        Forwarded a = rig.elsewhere(LOG, "a", "key");

        rig.say(ALICE, LOG, "a", "key");
        rig.hearsNothing();
        rig.comes(a);
        rig.hears("message 1 a", "alice: ack A1 duplicate");
        rig.say(ALICE, LOG, "a", "key");

        rig.hears("alice: ack A1 duplicate");
    }

    // Memories that are lost, or other than they were

    @Test
    void membersOfALogRoomLearnOfANewEpoch() {
        joined();
        rig.comes(rig.elsewhere(LOG, "a"));
        rig.hears("message 1 a");

        rig.onLoop(() -> {
            rig.logs.renewElsewhere(LOG);
            rig.logs.heads.opens();
        });

        rig.hears("joined B0 lost []");
        rig.comes(rig.elsewhere(LOG, "b"));
        rig.hears("message 1 b");
    }

    @Test
    void membersOfAStateRoomLearnTheStateInANewEpoch() {
        rig.join(ALICE, STATE);
        rig.comes(rig.elsewhere(STATE, "{'a':1}"));
        rig.hears("alice: joined A0 {}", "patch 0>1 {\"a\":1}");

        rig.onLoop(() -> rig.logs.renewElsewhere(STATE));
        rig.comes(rig.elsewhere(STATE, "{'b':2}"));

        rig.hears("joined B1 lost {\"a\":1,\"b\":2}");
        rig.comes(rig.elsewhere(STATE, "{'a':null}"));
        rig.hears("patch 1>2 {\"a\":null}");
    }

    @Test
    void aMemoryThatIsGoneBeginsAnew() {
        joined();
        rig.comes(rig.elsewhere(LOG, "a"));
        rig.hears("message 1 a");

        rig.onLoop(() -> {
            rig.logs.rooms.clear();
            rig.logs.heads.opens();
        });

        rig.hears("joined B0 lost []");
    }

    @Test
    void aLateMessageOfAnOldEpochChangesNothing() {
        joined();
        Forwarded late = rig.elsewhere(LOG, "a");
        rig.onLoop(() -> rig.logs.renewElsewhere(LOG));
        rig.comes(rig.elsewhere(LOG, "b"));
        rig.hears("joined B1 lost [message 1 b]");

        rig.comes(late);
        rig.hearsNothing();
        rig.comes(rig.elsewhere(LOG, "c"));

        rig.hears("message 2 c");
    }

    @Test
    void aMemoryWithAnotherPastEndsTheEpoch() {
        joined();
        rig.comes(rig.elsewhere(LOG, "a"));
        rig.hears("message 1 a");

        rig.onLoop(() -> {
            rig.logs.fork(LOG, payload("not a"));
            rig.logs.heads.opens();
        });

        rig.hears("joined B0 lost []");
        assertThat(renewals()).isEqualTo(1);
    }

    @Test
    void aMemoryThatKnowsLessThanWasToldEndsTheEpoch() {
        joined();
        rig.comes(rig.elsewhere(LOG, "a"), rig.elsewhere(LOG, "b"));
        rig.hears("message 1 a", "message 2 b");

        rig.onLoop(() -> {
            rig.logs.fork(LOG, payload("a"));
            rig.logs.heads.opens();
        });

        rig.hears("joined B0 lost []");
        assertThat(renewals()).isEqualTo(1);
    }

    @Test
    void aPublicationThatContinuesAnotherPastEndsTheEpoch() {
        joined();
        rig.comes(rig.elsewhere(LOG, "a"));
        rig.hears("message 1 a");

        rig.onLoop(() -> rig.logs.fork(LOG, payload("not a")));
        rig.comes(rig.elsewhere(LOG, "b"));

        rig.hears("joined B0 lost []");
        assertThat(renewals()).isEqualTo(1);
    }

    @Test
    void aRenewalThatFailsIsTriedAgain() {
        joined();
        rig.comes(rig.elsewhere(LOG, "a"));
        rig.hears("message 1 a");
        rig.onLoop(rig.logs.renewals::fails);

        rig.onLoop(() -> rig.logs.fork(LOG, payload("not a")));
        rig.comes(rig.elsewhere(LOG, "b"));
        Eventually.holds(() -> assertThat(renewals()).isPositive());
        rig.hearsNothing();
        rig.onLoop(rig.logs.renewals::opens);

        rig.hears("joined B0 lost []");
    }

    @Test
    void whatCameWhileTheMemoryWasReadIsNoReasonForANewEpoch() {
        joined();
        rig.onLoop(rig.logs.reads::holds);
        rig.elsewhere(LOG, "a");
        rig.comes(rig.elsewhere(LOG, "b"));
        Eventually.holds(() -> assertThat(reads()).isEqualTo(2));

        // The answer knows a and b. What was lost comes after all, and more.
        rig.comes(again(1), rig.elsewhere(LOG, "c"));
        rig.onLoop(rig.logs.reads::opens);

        rig.hears("message 1 a", "message 2 b", "message 3 c");
        assertThat(renewals()).isZero();
    }

    @Test
    void anOwnPublicationWhileTheMemoryWasReadIsNoReasonForANewEpoch() {
        joined();
        rig.onLoop(rig.logs.reads::holds);
        rig.elsewhere(LOG, "a");
        rig.comes(rig.elsewhere(LOG, "b"));
        Eventually.holds(() -> assertThat(reads()).isEqualTo(2));
        rig.onLoop(rig.logs.appends::holds);
        rig.say(ALICE, LOG, "c");

        rig.comes(again(1));
        rig.onLoop(rig.logs.reads::opens);
        rig.onLoop(rig.logs.appends::opens);

        rig.hears("message 1 a", "message 2 b", "message 3 c but alice", "alice: ack A3");
        assertThat(renewals()).isZero();
    }

    @Test
    void anOwnPublicationInANewEpochIsSaidToTheOthersOnlyWhenTheMemoryThatIsReadDoesNotKnowIt() {
        joined();
        rig.comes(rig.elsewhere(LOG, "a"));
        rig.hears("message 1 a");
        rig.onLoop(() -> {
            rig.logs.renewElsewhere(LOG);
            rig.logs.reads.holds();
        });
        Forwarded b = rig.elsewhere(LOG, "b");
        rig.comes(b);
        Eventually.holds(() -> assertThat(reads()).isEqualTo(2));

        // The answer to come knows b and not c.
        rig.say(ALICE, LOG, "c");
        rig.onLoop(rig.logs.reads::opens);

        rig.hears("joined B1 lost [message 1 b]", "message 2 c but alice", "alice: ack B2");
    }

    @Test
    void anAckOfTheOldEpochIsNotLostInTheNew() {
        joined();
        rig.onLoop(rig.logs.reads::holds);
        rig.elsewhere(LOG, "a");
        rig.say(ALICE, LOG, "b");
        Eventually.holds(() -> assertThat(reads()).isEqualTo(2));
        rig.hearsNothing();

        // The same offset again, in another epoch.
        rig.onLoop(() -> rig.logs.renewElsewhere(LOG));
        rig.elsewhere(LOG, "c");
        rig.say(ALICE, LOG, "d");
        rig.onLoop(rig.logs.reads::opens);
        rig.onLoop(rig.logs.heads::opens);

        assertThat(rig.next(6)).extracting(LogRoomsRig.Heard::text).contains("alice: ack A2", "alice: ack B2");
    }

    @Test
    void membersThatMissedMoreThanIsRememberedAreSentAway() {
        rig.join(ALICE, SHORT);
        rig.hears("alice: joined A0");
        for (String lost : "abcdef".split("")) {
            rig.elsewhere(SHORT, lost);
        }

        rig.comes(rig.elsewhere(SHORT, "g"));

        rig.hears("close 4010");
        rig.leave(ALICE, SHORT);
        rig.join(BOB, SHORT, rig.at("A4"), null);
        rig.hears("bob: joined A7 recovered [message 5 e, message 6 f, message 7 g]");
    }

    @Test
    void membersOfAStateRoomThatMissedMoreThanIsRememberedGetTheState() {
        rig.join(ALICE, BRIEF);
        rig.hears("alice: joined A0 {}");
        for (String lost : "abcdef".split("")) {
            rig.elsewhere(BRIEF, "{'" + lost + "':1}");
        }

        rig.comes(rig.elsewhere(BRIEF, "{'a':2}"));

        rig.hears("joined A7 {\"a\":2,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1}");
        rig.comes(rig.elsewhere(BRIEF, "{'a':3}"));
        rig.hears("patch 7>8 {\"a\":3}");
    }

    // Coming and going

    @Test
    void joinsWaitForTheMemoryAndFitTheStreamAfterThem() {
        Forwarded a = rig.elsewhere(LOG, "a");
        rig.onLoop(rig.logs.reads::holds);
        rig.join(ALICE, LOG);
        rig.join(BOB, LOG);
        rig.comes(a, rig.elsewhere(LOG, "b"));
        rig.hearsNothing();

        rig.onLoop(rig.logs.reads::opens);

        rig.hears("alice: joined A2", "bob: joined A2");
        rig.comes(rig.elsewhere(LOG, "c"));
        rig.hears("message 3 c");
        assertThat(reads()).isEqualTo(1);
    }

    @Test
    void whoLeavesWhileTheMemoryIsReadIsNotLetIn() {
        rig.onLoop(rig.logs.reads::holds);
        rig.join(ALICE, LOG);
        rig.join(BOB, LOG);

        rig.leave(ALICE, LOG);
        rig.onLoop(rig.logs.reads::opens);

        rig.hears("bob: joined A0");
        assertThat(rig.members).hasValue(1);
    }

    @Test
    void joinsAreRefusedWhenTheMemoryCannotBeReadAndTheNextTriesAgain() {
        rig.onLoop(() -> {
            rig.logs.reads.holds();
            rig.logs.reads.fails();
        });
        rig.join(ALICE, LOG);
        rig.join(BOB, LOG);

        rig.onLoop(rig.logs.reads::opens);
        rig.hears("alice: refused unavailable", "bob: refused unavailable");
        rig.join(ALICE, LOG);

        rig.hears("alice: joined A0");
        assertThat(rig.members).hasValue(1);
    }

    /** What is known here would put it back, under the same epoch. */
    @Test
    void whoKnowsMoreIsRefusedWhileTheMemoryCannotBeRead() {
        joined();
        rig.elsewhere(LOG, "a");
        rig.onLoop(rig.logs.reads::fails);

        rig.join(BOB, LOG, new Position(rig.at("A1").epoch(), 1), null);
        rig.hears("bob: refused unavailable");
        rig.onLoop(rig.logs.reads::opens);
        rig.join(BOB, LOG, new Position(rig.at("A1").epoch(), 1), null);

        rig.hears("message 1 a", "bob: joined A1 recovered []");
    }

    @Test
    void aJoinIsRefusedAlsoWhenTheMemorySaysNoAtOnce() {
        rig.onLoop(rig.logs.reads::fails);

        rig.join(ALICE, LOG);

        rig.hears("alice: refused unavailable");
        assertThat(rig.members).hasValue(0);
    }

    @Test
    void aPublicationAfterTheFirstReadIsAcknowledged() {
        rig.onLoop(() -> {
            rig.logs.appends.holds();
            rig.logs.reads.holds();
        });
        rig.onLoop(() -> {
            rig.joinNow(ALICE, LOG, null, null);
            rig.sayNow(ALICE, LOG, "a", null);
        });
        // Asked before it was taken, for its answer to be the older one.
        rig.onLoop(rig.logs.appends::opens);
        rig.onLoop(rig.logs.reads::opens);

        assertThat(rig.next(2)).extracting(LogRoomsRig.Heard::text).contains("alice: ack A1");
    }

    @Test
    void aPublicationOfWhoJustJoinsIsAcknowledgedWhenTheMemoryThatIsReadKnowsIt() {
        rig.onLoop(rig.logs.reads::holds);
        rig.say(BOB, LOG, "a");
        rig.hears("bob: ack A1");
        rig.onLoop(rig.logs.appends::holds);
        rig.say(ALICE, LOG, "b");

        // Taken, and its answer comes between the question for the memory and the memory.
        rig.join(ALICE, LOG);
        rig.onLoop(rig.logs.appends::opens);
        rig.onLoop(rig.logs.reads::opens);

        assertThat(rig.next(2)).extracting(LogRoomsRig.Heard::text).contains("alice: ack A2", "alice: joined A2");
    }

    @Test
    void whoReturnsHearsWhatItMissed() {
        joined();
        rig.comes(rig.elsewhere(LOG, "a"), rig.elsewhere(LOG, "b"));
        rig.hears("message 1 a", "message 2 b");

        rig.join(BOB, LOG, rig.at("A1"), null);

        rig.hears("bob: joined A2 recovered [message 2 b]");
    }

    @Test
    void whoReturnsWithAnOffsetThatHasNotComeHereYetLosesNothing() {
        joined();
        rig.comes(rig.elsewhere(LOG, "a"));
        rig.hears("message 1 a");
        rig.elsewhere(LOG, "b");

        rig.join(BOB, LOG, new Position(rig.at("A1").epoch(), 2), null);

        rig.hears("message 2 b", "bob: joined A2 recovered []");
    }

    @Test
    void whoReturnsFromAnotherEpochIsToldSo() {
        joined();
        rig.comes(rig.elsewhere(LOG, "a"));
        rig.hears("message 1 a");
        rig.onLoop(() -> rig.logs.renewElsewhere(LOG));
        rig.comes(rig.elsewhere(LOG, "b"));
        rig.hears("joined B1 lost [message 1 b]");

        rig.join(BOB, LOG, rig.at("A1"), null);

        rig.hears("bob: joined B1 lost");
    }

    @Test
    void aRoomThatItsLastMemberLeftIsForgottenAndReadAgain() {
        joined();
        rig.comes(rig.elsewhere(LOG, "b"));
        rig.hears("message 1 b");
        rig.leave(ALICE, LOG);

        rig.onLoop(() -> rig.service.sweep(System.nanoTime() + TimeUnit.MINUTES.toNanos(1)));
        rig.comes(rig.elsewhere(LOG, "c"));
        rig.join(BOB, LOG);

        rig.hears("bob: joined A2");
        assertThat(reads()).isEqualTo(2);
    }

    @Test
    void aHoleInANewEpochIsFilledAlsoIfOneOfTheOldWasWaitedFor() {
        joined();
        rig.onLoop(() -> {
            said("lost");
            rig.comesNow(said("a"));
            rig.logs.renewElsewhere(LOG);
            rig.comesNow(said("b"));
            said("lost too");
            rig.comesNow(said("c"));
        });

        rig.hears("joined B1 lost [message 1 b]", "message 2 lost too", "message 3 c");
    }

    @Test
    void aMemoryThatIsGoneWhenItIsToBeRenewedBeginsAnew() {
        joined();
        rig.comes(rig.elsewhere(LOG, "a"));
        rig.hears("message 1 a");

        rig.onLoop(() -> {
            rig.logs.fork(LOG, payload("not a"));
            Forwarded b = said("b");
            rig.logs.rooms.clear();
            rig.comesNow(b);
        });

        rig.hears("joined B0 lost []");
    }

    // Questions

    @Test
    void historyIsTheNewestOrWhatCameAfterAPosition() {
        joined();
        rig.comes(rig.elsewhere(LOG, "a"), rig.elsewhere(LOG, "b"), rig.elsewhere(LOG, "c"));
        rig.hears("message 1 a", "message 2 b", "message 3 c");

        rig.askHistory(ALICE, LOG, null, 2);
        rig.askHistory(ALICE, LOG, rig.at("A1"), null);
        rig.askHistory(ALICE, LOG, rig.at("A0"), 1);

        rig.hears(
                "alice: history A3 [message 2 b, message 3 c]",
                "alice: history A3 [message 2 b, message 3 c]",
                "alice: history A3 [message 1 a]");
    }

    @Test
    void roomsThatRememberNothingHaveNoHistory() {
        RoomName plain = new RoomName("plain");
        rig.join(ALICE, plain);

        rig.askHistory(ALICE, plain, null, 2);

        rig.hears("alice: joined", "alice: error bad-request");
    }

    // As much as there may be

    @Test
    void howeverMuchWasMissedIsFilledWhereItIsRemembered() {
        rig.join(ALICE, MANY);
        rig.hears("alice: joined A0");
        rig.onLoop(() -> {
            for (int i = 1; i <= 12_000; i++) {
                rig.logs.elsewhere(MANY, LogRoomsRig.keeping(MANY), payload("a"), null);
            }
        });

        rig.comes(rig.elsewhere(MANY, "b"));

        List<LogRoomsRig.Heard> said = rig.next(12_001);
        assertThat(said.get(said.size() - 1).text()).isEqualTo("message 12001 b");
    }

    @Test
    void nobodyIsToldMoreAtOnceThanMayWaitForIt() {
        rig.join(ALICE, MANY);
        rig.hears("alice: joined A0");
        String large = "x".repeat(60_000);
        rig.onLoop(() -> {
            rig.logs.renewElsewhere(MANY);
            for (int i = 0; i < 30; i++) {
                rig.comesNow(rig.logs.elsewhere(MANY, LogRoomsRig.keeping(MANY), payload(large), null));
            }
            rig.logs.renewElsewhere(MANY);
            for (int i = 0; i < 29; i++) {
                rig.logs.elsewhere(MANY, LogRoomsRig.keeping(MANY), payload(large), null);
            }
            rig.comesNow(rig.logs.elsewhere(MANY, LogRoomsRig.keeping(MANY), payload(large), null));
        });
        rig.joinWithHistory(BOB, MANY, 1_000);
        rig.askHistory(BOB, MANY, null, 1_000);

        assertThat(rig.heard())
                .extracting(each -> each.text().length())
                .allSatisfy(length -> assertThat(length).isLessThan(600_000));
    }

    private Forwarded said(String text) {
        return rig.logs.elsewhere(LOG, LogRoomsRig.keeping(LOG), payload(text), null);
    }

    private void joined() {
        rig.join(ALICE, LOG);
        rig.hears("alice: joined A0");
    }

    private Forwarded again(long offset) {
        return rig.onLoop(() -> rig.logs.copy(LOG, offset));
    }

    private int reads() {
        return rig.onLoop(() -> rig.logs.reads.asked);
    }

    private int renewals() {
        return rig.onLoop(() -> rig.logs.renewals.asked);
    }
}
