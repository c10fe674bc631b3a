package dev.fanfara.room;

import static dev.fanfara.room.Batches.LOG;
import static dev.fanfara.room.Batches.STATE;
import static dev.fanfara.room.Batches.keyed;
import static dev.fanfara.room.Batches.said;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.room.Outcome.Kind;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RoomLogTest {
    private static final long EPOCH = 5;

    private long now = 1_000_000;
    private final Batches ann = new Batches("n1", LOG);
    private final Batches bob = new Batches("n2", LOG);
    private final RoomLog log = RoomLog.begin(EPOCH, LOG);

    @Test
    void positionsRiseFromOne() {
        assertThat(offsets(log.append(ann.texts("a", "b"), now))).containsExactly(1L, 2L);
        assertThat(offsets(log.append(bob.texts("c"), now))).containsExactly(3L);

        assertThat(log.head().offset()).isEqualTo(3);
        assertThat(said(log.slice(now).entries())).containsExactly("a", "b", "c");
    }

    @Test
    void aRepeatedKeyIsOnePublicationAndAnotherPayloadUnderItAConflict() {
        log.append(ann.texts("a"), now);
        log.append(ann.of(keyed("k", "b")), now);

        RoomLog.Step again = log.append(bob.of(keyed("k", "b"), keyed("k", "other")), now + 120_000);

        assertThat(kinds(again)).containsExactly(Kind.DUPLICATE, Kind.CONFLICT);
        assertThat(offsets(again)).containsExactly(2L, 0L);
        assertThat(log.head().offset()).isEqualTo(2);
    }

    @Test
    void aKeyIsForgottenAfterTwoMinutes() {
        log.append(ann.of(keyed("k", "a")), now);

        assertThat(kinds(log.append(ann.of(keyed("k", "b")), now + 120_001))).containsExactly(Kind.TAKEN);
    }

    @Test
    void aRoomTakesOnlySoManyKeysAndTellsWhenToComeAgain() {
        for (int i = 0; i < PublishKeys.MAX_KEYS; i++) {
            log.append(ann.of(keyed("k" + i, "a")), now);
        }

        RoomLog.Step full = log.append(ann.of(keyed("one more", "a")), now + 20_000);

        assertThat(kinds(full)).containsExactly(Kind.RATE_LIMITED);
        assertThat(offsets(full)).containsExactly(100_000L);
    }

    @Test
    void aRepeatedBatchGetsTheSameAnswerAndItsCopyAllOfTheRoom() {
        Batch batch = ann.texts("a");
        RoomLog.Step first = log.append(batch, now);
        log.append(bob.texts("b"), now);

        RoomLog.Step again = log.append(batch, now + 1_000);

        assertThat(first.copyFollows()).isTrue();
        assertThat(again).isEqualTo(new RoomLog.Step(first.answer(), false));
        assertThat(log.head().offset()).isEqualTo(2);
    }

    @Test
    void aLateBatchIsOutdatedAndNeitherRoomNorCopyMindIt() throws IOException {
        Batch late = ann.texts("late");
        Batch taken = ann.texts("taken");
        RoomLog copy = RoomLog.replicate(null, taken, log.append(taken, now).answer());

        RoomLog.Step step = log.append(late, now + 5);

        assertThat(kinds(step)).containsExactly(Kind.OUTDATED);
        assertThat(step.copyFollows()).isTrue();
        assertThat(bytes(RoomLog.replicate(copy, late, step.answer()))).isEqualTo(bytes(log));
        assertThat(log.append(taken, now).answer().outcomes().get(0).kind()).isEqualTo(Kind.TAKEN);
    }

    /**
     * The rule that a repetition replicates again: the one who asks may do so because the copy never answered. What was
     * acknowledged since needs no more than its place in the answer.
     */
    @Test
    void aRepeatedKeySendsTheWholeRoomToTheCopyUntilThePublicationIsKnownToBeThere() {
        Appended first = log.append(ann.of(keyed("k", "a")), now).answer();

        assertThat(log.append(bob.of(keyed("k", "a")), now).copyFollows()).isFalse();
        assertThat(log.append(bob.confirm(first).of(keyed("k", "a")), now).copyFollows())
                .isTrue();
        assertThat(log.append(ann.of(keyed("new", "b"), keyed("new", "b")), now).copyFollows())
                .as("it is on its way in this very batch")
                .isTrue();
    }

    @Test
    void anEpochEndsWithItsPromisesButNotWithItsState() {
        RoomLog state = RoomLog.begin(EPOCH, STATE);
        Batches publisher = new Batches("n1", STATE);
        Batch batch = publisher.patches("{\"a\":1}");
        state.append(batch, now);

        state.renew(6);

        Slice slice = state.slice(now);
        assertThat(slice.epoch()).isEqualTo(6);
        assertThat(slice.head()).isZero();
        assertThat(slice.entries()).isEmpty();
        assertThat(json(slice)).isEqualTo("{\"a\":1}");
        assertThat(offsets(state.append(batch, now)))
                .as("an answer of the old epoch is none")
                .containsExactly(1L);
    }

    @Test
    void aStateThatWouldBeTooLargeStaysAsItIsAndMayShrink() {
        RoomLog state = RoomLog.begin(EPOCH, STATE);
        Batches publisher = new Batches("n1", STATE);
        state.append(publisher.patches("{\"a\":\"" + "x".repeat(900) + "\"}"), now);
        Head before = state.head();

        assertThat(kinds(state.append(publisher.patches("{\"b\":\"" + "x".repeat(100) + "\"}"), now)))
                .containsExactly(Kind.TOO_LARGE);
        assertThat(state.head()).isEqualTo(before);
        assertThat(json(state.slice(now))).doesNotContain("\"b\"");

        Keeping less = new Keeping(true, 100, 60_000, 1 << 20, 10);
        assertThat(kinds(state.append(publisher.keeping(less).patches("{\"a\":\"" + "x".repeat(500) + "\"}"), now)))
                .containsExactly(Kind.TAKEN);
    }

    @Test
    void whatIsNoPatchIsRefusedAndTheRestOfTheBatchTaken() {
        RoomLog state = RoomLog.begin(EPOCH, STATE);

        assertThat(kinds(state.append(new Batches("n1", STATE).patches("{\"a\":1}", "[1]", "{\"b\":2}"), now)))
                .containsExactly(Kind.TAKEN, Kind.NO_PATCH, Kind.TAKEN);
        assertThat(json(state.slice(now))).isEqualTo("{\"a\":1,\"b\":2}");
    }

    @Test
    void aRoomThatBeginsToKeepAStateBeginsAnEpoch() {
        log.append(ann.texts("a"), now);

        RoomLog.Step step = log.append(ann.keeping(STATE).freshEpoch(9).patches("{\"a\":1}"), now);

        assertThat(step.copyFollows()).isFalse();
        assertThat(log.head().epoch()).isEqualTo(9);
        assertThat(json(log.slice(now))).isEqualTo("{\"a\":1}");
    }

    @Test
    void copiesAreEqualAfterAnyBatches() throws IOException {
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            boolean state = random.nextBoolean();
            Keeping keeping = new Keeping(state, random.nextInt(12), 2_000, 400 + random.nextInt(4_000), 300);
            RoomLog original = null;
            RoomLog copy = null;
            List<Batches> sources = List.of(new Batches("n1", keeping), new Batches("n2", keeping));
            Batch last = null;
            for (int i = 0; i < 60; i++) {
                now += random.nextInt(300);
                Batches source = sources.get(random.nextInt(2));
                Batch batch = last != null && random.nextInt(8) == 0 ? last : random(random, source, state);
                last = batch;
                boolean begins = original == null;
                if (begins) {
                    original = RoomLog.begin(batch.freshEpoch(), batch.keeping());
                }
                RoomLog.Step step = Objects.requireNonNull(original).append(batch, now);
                copy = step.copyFollows() ? RoomLog.replicate(copy, batch, step.answer()) : copyOf(original);
                if (random.nextBoolean()) {
                    source.confirm(step.answer());
                }
                assertThat(bytes(Objects.requireNonNull(copy)))
                        .as("seed %d, batch %d: %s", seed, i, batch)
                        .isEqualTo(bytes(original));
            }
            assertThat(Objects.requireNonNull(copy).mend(1)).as("seed %d", seed).isFalse();
        }
    }

    private static Batch random(Random random, Batches source, boolean state) {
        Proposal[] proposals = new Proposal[random.nextInt(4)];
        for (int i = 0; i < proposals.length; i++) {
            String key = random.nextInt(3) == 0 ? "k" + random.nextInt(20) : null;
            String user = random.nextBoolean() ? "u" + random.nextInt(3) : null;
            String json = state ? patch(random, 2) : "\"" + "x".repeat(random.nextInt(200)) + random.nextInt(3) + "\"";
            proposals[i] = new Proposal(user, Batches.data(json), key);
        }
        return source.of(proposals);
    }

    private static String patch(Random random, int depth) {
        String value = switch (random.nextInt(depth > 0 ? 5 : 3)) {
            case 0 -> "null";
            case 1 -> "[1,{}]";
            case 2 -> "\"" + "x".repeat(random.nextInt(60)) + "\"";
            default -> patch(random, depth - 1);
        };
        return "{\"" + (char) ('a' + random.nextInt(4)) + "\":" + value + "}";
    }

    @Test
    void aCopySkipsWhatItHas() throws IOException {
        Batch batch = ann.texts("a", "b");
        RoomLog.Step step = log.append(batch, now);
        RoomLog copy = RoomLog.replicate(null, batch, step.answer());

        assertThat(bytes(RoomLog.replicate(copy, batch, step.answer()))).isEqualTo(bytes(log));
    }

    @Test
    void aCopyThatMissedSomethingBeginsAnEpochWhenItBecomesTheOriginal() {
        Batches publisher = new Batches("n1", STATE);
        RoomLog original = RoomLog.begin(EPOCH, STATE);
        RoomLog copy = follow(original, null, publisher.patches("{\"a\":1}"));
        original.append(publisher.patches("{\"b\":2}"), now);

        copy = follow(original, copy, publisher.patches("{\"c\":3}"));

        assertThat(copy.mend(8)).isTrue();
        assertThat(copy.mend(9)).isFalse();
        assertThat(copy.head().epoch()).isEqualTo(8);
        assertThat(json(copy.slice(now))).isEqualTo("{\"a\":1}");
    }

    @Test
    void aCopyThatMissedTheBeginningOfAnEpochKnowsEvenIfNothingWasTakenSince() {
        log.append(ann.of(keyed("k", "a")), now);
        Batch repeated = ann.confirm(log.append(ann.texts("b"), now).answer()).of(keyed("k", "a"));
        RoomLog.Step step = log.append(repeated, now);
        assertThat(step.copyFollows()).isTrue();

        assertThat(RoomLog.replicate(null, repeated, step.answer()).mend(8)).isTrue();
    }

    @Test
    void aCopyThatMissedTheStateAnEpochBeganWithKnows() {
        Batches publisher = new Batches("n1", STATE);
        RoomLog original = RoomLog.begin(EPOCH, STATE);
        original.append(publisher.patches("{\"a\":1}"), now);
        original.renew(6);

        RoomLog copy = follow(original, null, publisher.patches("{\"b\":2}"));

        assertThat(copy.mend(8)).isTrue();
    }

    @Test
    void itIsWrittenAndReadAsItIs() throws IOException {
        log.append(ann.of(keyed("k", "a"), new Proposal(null, Batches.data("{}"), null)), now);
        log.append(bob.texts("b"), now);

        RoomLog read = copyOf(log);

        assertThat(bytes(read)).isEqualTo(bytes(log));
        assertThat(kinds(read.append(ann.of(keyed("k", "a")), now))).containsExactly(Kind.DUPLICATE);
    }

    @Test
    void itContinuesWhatItRemembersToHaveBeen() {
        Keeping two = new Keeping(false, 2, 60_000, 1 << 20, 0);
        Head[] was = new Head[5];
        for (int i = 0; i < was.length; i++) {
            was[i] = log.append(ann.keeping(two).texts("a" + i), now).answer().head();
        }

        assertThat(log.continues(was[4])).isTrue();
        assertThat(log.continues(was[3])).isTrue();
        assertThat(log.continues(was[1])).as("forgotten").isFalse();
        assertThat(log.continues(new Head(EPOCH, 4, 99))).as("another history").isFalse();
        assertThat(log.continues(new Head(EPOCH, 6, 99))).as("further on").isFalse();
        assertThat(log.continues(new Head(EPOCH, 0, EPOCH))).isTrue();
        assertThat(log.continues(new Head(6, 0, 6))).isFalse();
    }

    private RoomLog follow(RoomLog original, @Nullable RoomLog copy, Batch batch) {
        RoomLog.Step step = original.append(batch, now);
        assertThat(step.copyFollows()).isTrue();
        return RoomLog.replicate(copy, batch, step.answer());
    }

    private static List<Long> offsets(RoomLog.Step step) {
        return step.answer().outcomes().stream().map(Outcome::offset).toList();
    }

    private static List<Kind> kinds(RoomLog.Step step) {
        return step.answer().outcomes().stream().map(Outcome::kind).toList();
    }

    private static String json(Slice slice) {
        return new String(Objects.requireNonNull(slice.state()), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(RoomLog log) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        log.write(new DataOutputStream(bytes));
        return bytes.toByteArray();
    }

    private static RoomLog copyOf(RoomLog log) throws IOException {
        return RoomLog.read(new DataInputStream(new ByteArrayInputStream(bytes(log))));
    }
}
