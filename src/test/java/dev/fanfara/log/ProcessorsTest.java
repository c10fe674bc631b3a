package dev.fanfara.log;

import static dev.fanfara.room.Batches.LOG;
import static dev.fanfara.room.Batches.STATE;
import static dev.fanfara.room.Batches.keyed;
import static dev.fanfara.room.Batches.said;
import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.config.SerializationConfig;
import com.hazelcast.internal.serialization.InternalSerializationService;
import com.hazelcast.internal.serialization.impl.DefaultSerializationServiceBuilder;
import com.hazelcast.internal.serialization.impl.HeapData;
import com.hazelcast.map.EntryProcessor;
import com.hazelcast.map.impl.LazyMapEntry;
import dev.fanfara.room.Appended;
import dev.fanfara.room.Batch;
import dev.fanfara.room.Batches;
import dev.fanfara.room.Head;
import dev.fanfara.room.Keeping;
import dev.fanfara.room.Outcome;
import dev.fanfara.room.Slice;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An original and its copy by hand: what goes between them may be lost. All of it travels as bytes. */
class ProcessorsTest {
    private final InternalSerializationService bytes = new DefaultSerializationServiceBuilder()
            .setConfig(new SerializationConfig().addDataSerializableFactory(Wired.FACTORY, new Wired.Factory()))
            .build();
    private @Nullable StoredLog original;
    private @Nullable StoredLog copy;
    private long ttl;
    private final Batches ann = new Batches("n1", LOG).freshEpoch(11);
    private final Batches bob = new Batches("n2", LOG).freshEpoch(12);

    @AfterEach
    void dispose() {
        bytes.dispose();
    }

    @Test
    void aCopyFollows() throws IOException {
        for (int i = 0; i < 10; i++) {
            append(ann.of(keyed("k" + i, "a"), keyed("k" + i / 2, "a")));
            append(bob.texts("b"));
            assertCopied();
        }
    }

    /** Or else an acknowledged publication is on one node only: this lost 45 and 56 of them in two runs once. */
    @Test
    void aBatchThatComesAgainReachesTheCopyThatMissedIt() throws IOException {
        append(ann.texts("a"));
        Batch batch = ann.texts("b");
        Appended lost = appendWithoutCopy(batch);
        append(bob.texts("c"));

        Appended answer = append(batch);

        assertThat(answer).isEqualTo(lost);
        assertCopied();
    }

    @Test
    void aKeyThatComesAgainFromAnotherNodeReachesTheCopyThatMissedIt() throws IOException {
        appendWithoutCopy(ann.of(keyed("k", "a")));

        Appended answer = append(bob.of(keyed("k", "a")));

        assertThat(answer.outcomes()).extracting(Outcome::kind).containsExactly(Outcome.Kind.DUPLICATE);
        assertCopied();
    }

    @Test
    void aCopyThatMissedSomethingBeginsAnEpochWithTheNextQuestion() throws IOException {
        append(ann.texts("a"));
        appendWithoutCopy(ann.texts("b"));
        append(ann.texts("c"));

        theOriginalIsLost();
        Slice slice = read(run(new ReadProcessor(LOG, 13, true), true));

        assertThat(slice).extracting(Slice::epoch, Slice::head).containsExactly(13L, 0L);
        assertCopied();
        assertThat(append(ann.texts("d")).epoch()).isEqualTo(13);
    }

    /** What was read may not be taken back in silence. */
    @Test
    void aReadTellsTheCopyWhatItMissed() throws IOException {
        append(ann.texts("a"));
        appendWithoutCopy(ann.texts("b"));
        assertThat(read(run(new ReadProcessor(LOG, 13, true), true)).head()).isEqualTo(2);

        theOriginalIsLost();

        assertThat(read(run(new ReadProcessor(LOG, 14, true), true)).epoch()).isEqualTo(14);
    }

    @Test
    void aRenewalThatCameTooLateTellsTheCopyWhatItMissed() throws IOException {
        append(ann.texts("a"));
        run(new RenewProcessor(11, 13), false);
        assertThat(read(run(new RenewProcessor(11, 14), true)).epoch()).isEqualTo(13);

        theOriginalIsLost();

        assertThat(read(run(new ReadProcessor(LOG, 15, true), true)).epoch()).isEqualTo(15);
    }

    @Test
    void aLookMendsTooButBeginsNothing() throws IOException {
        assertThat(run(new ReadProcessor(null, 14, false), true)).isNull();
        assertThat(original).isNull();

        append(ann.texts("a"));
        appendWithoutCopy(ann.texts("b"));
        append(ann.texts("c"));
        theOriginalIsLost();

        assertThat(read(run(new ReadProcessor(null, 14, false), true)).epoch()).isEqualTo(14);
        assertCopied();
    }

    @Test
    void aBeginningThatTheCopyMissedIsRepeated() throws IOException {
        run(new ReadProcessor(STATE, 13, true), false);
        assertThat(copy).isNull();

        run(new ReadProcessor(STATE, 13, true), true);

        assertCopied();
    }

    @Test
    void aRenewalThatTheCopyMissedIsRepeated() throws IOException {
        append(ann.texts("a"));
        run(new RenewProcessor(11, 13), false);

        Slice slice = read(run(new RenewProcessor(11, 13), true));

        assertThat(slice.epoch()).isEqualTo(13);
        assertCopied();
    }

    @Test
    void aFullNodeBeginsNoRoomButGoesOnWithThoseItHas() throws IOException {
        assertThat(run(new AppendProcessor(ann.texts("a"), false), true)).isEmpty();
        assertThat(run(new ReadProcessor(LOG, 13, false), true)).isEmpty();
        assertThat(original).isNull();

        append(ann.texts("a"));

        assertThat(run(new AppendProcessor(ann.texts("b"), false), true)).isNotEmpty();
        assertThat(run(new ReadProcessor(LOG, 13, false), true)).isNotEmpty();
    }

    @Test
    void aRoomLivesForAnHourAndAStateForADay() {
        append(ann.texts("a"));
        assertThat(ttl).isEqualTo(Duration.ofHours(1).toMillis());

        append(ann.keeping(new Keeping(false, 10, Duration.ofHours(3).toMillis(), 1000, 0))
                .texts("a"));
        assertThat(ttl).isEqualTo(Duration.ofMinutes(181).toMillis());

        append(ann.keeping(STATE).patches("{}"));
        assertThat(ttl).isEqualTo(Duration.ofHours(24).toMillis());
    }

    @Test
    void itsUseIsToldToTheMapWhenHalfOfItsLifeIsOver() {
        append(ann.texts("a"));
        run(new HeadProcessor(), true);
        assertThat(ttl).as("too early").isEqualTo(-1);

        original = new StoredLog(stored().log()); // used long ago
        copy = new StoredLog(stored().log());
        run(new HeadProcessor(), true);
        assertThat(ttl)
                .as("of the copy, which ran last")
                .isEqualTo(Duration.ofHours(1).toMillis());
    }

    @Test
    void headsAreToldWithoutAWord() throws IOException {
        assertThat(run(new HeadProcessor(), true)).isNull();

        Head head = append(ann.texts("a")).head();

        assertThat(Wired.read(Objects.requireNonNull(run(new HeadProcessor(), true)), Head::read))
                .isEqualTo(head);
    }

    /** A later version writes more; this one must find the beginning of what comes behind. */
    @Test
    void whatALaterVersionAddsIsSkipped() throws IOException {
        append(ann.texts("a"));
        byte[] stored = bytes.toBytes(new StoredLog(stored().log()));
        byte[] longer = Arrays.copyOf(stored, stored.length + 3);
        int length = stored.length - HEADER - 4;
        longer[HEADER + 2] = (byte) ((length + 3) >>> 8);
        longer[HEADER + 3] = (byte) (length + 3);

        StoredLog read = bytes.toObject(new HeapData(longer));

        assertThat(said(read.log().slice(System.currentTimeMillis()).entries())).containsExactly("a");
    }

    /** Partition hash, type, whether identified, factory, class; then our version. */
    private static final int HEADER = 4 + 4 + 1 + 4 + 4 + 1;

    private Appended append(Batch batch) {
        return appended(run(new AppendProcessor(batch, true), true));
    }

    private Appended appendWithoutCopy(Batch batch) {
        return appended(run(new AppendProcessor(batch, true), false));
    }

    private static Appended appended(byte @Nullable [] answer) {
        try {
            return Wired.read(Objects.requireNonNull(answer), Appended::read);
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static Slice read(byte @Nullable [] answer) throws IOException {
        return Wired.read(Objects.requireNonNull(answer), Slice::read);
    }

    private void theOriginalIsLost() {
        original = copy;
        copy = null;
    }

    /** As Hazelcast runs it: on the original, then what that leaves for the copy, if it gets there. */
    private byte @Nullable [] run(RoomProcessor question, boolean copyHears) {
        RoomProcessor processor = sent(question);
        LazyMapEntry<String, StoredLog> entry = new LazyMapEntry<>("room", original, bytes);
        byte[] answer = processor.process(entry);
        original = entry.getValue();
        ttl = entry.getNewTtl();
        EntryProcessor<String, StoredLog, byte[]> backup = processor.getBackupProcessor();
        if (backup != null) {
            EntryProcessor<String, StoredLog, byte[]> arrived = sent(backup);
            if (copyHears) {
                LazyMapEntry<String, StoredLog> copied = new LazyMapEntry<>("room", copy, bytes);
                arrived.process(copied);
                copy = copied.getValue();
                ttl = copied.getNewTtl();
            }
        }
        return answer;
    }

    private <T> T sent(T thing) {
        return bytes.toObject(bytes.toData(thing));
    }

    private StoredLog stored() {
        return Objects.requireNonNull(original);
    }

    private void assertCopied() throws IOException {
        StoredLog copied = Objects.requireNonNull(copy);
        assertThat(Wired.bytes(copied.log()::write)).isEqualTo(Wired.bytes(stored().log()::write));
    }
}
