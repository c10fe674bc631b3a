package dev.fanfara.room;

import static dev.fanfara.room.Batches.LOG;
import static dev.fanfara.room.Batches.STATE;
import static dev.fanfara.room.Batches.data;
import static dev.fanfara.room.Batches.said;
import static dev.fanfara.room.Batches.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.protocol.Payload;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TimelineTest {
    private final Timeline timeline = Timeline.begin(5, LOG);

    @Test
    void whoAppliesTheSameIsAtTheSamePosition() {
        Timeline other = Timeline.begin(5, LOG);

        for (String text : new String[] {"a", "b", "c"}) {
            assertThat(other.apply(say(text), LOG)).isNotNull();
        }

        assertThat(other.position()).isEqualTo(timeline.position());
        assertThat(said(other.after(1))).containsExactly("b", "c");
    }

    @Test
    void whatDoesNotContinueItIsLeftAlone() {
        Timeline other = Timeline.begin(5, LOG);
        Entry first = say("a");
        Entry second = say("b");

        assertThat(other.apply(second, LOG)).as("a hole").isNull();
        other.apply(first, LOG);
        assertThat(other.apply(first, LOG)).as("again").isNull();
        assertThat(other.head()).isEqualTo(1);
    }

    @Test
    void anyDifferenceInThePastIsNoticed() {
        Entry entry = say("a");
        Payload other = text("b");
        Payload asData = new Payload(Payload.Kind.DATA, entry.payload().json());

        for (Entry forged : new Entry[] {
            new Entry(1, entry.timestamp(), "ann", other, entry.chain(), null),
            new Entry(1, entry.timestamp(), "ann", asData, entry.chain(), null),
            new Entry(1, entry.timestamp(), null, entry.payload(), entry.chain(), null),
            new Entry(1, entry.timestamp() + 1, "ann", entry.payload(), entry.chain(), null),
        }) {
            assertThat(Timeline.begin(5, LOG).apply(forged, LOG)).isNull();
        }
        assertThat(Timeline.begin(6, LOG).apply(entry, LOG)).as("another epoch").isNull();
    }

    @Test
    void aStateIsWhatThePatchesMakeAndTheyTellWhatWentUnnamed() {
        Timeline state = Timeline.begin(5, STATE);
        patch(state, "{\"a\":{\"b\":1}}");

        Entry replaced = patch(state, "{\"a\":2}");

        assertThat(json(state.state())).isEqualTo("{\"a\":2}");
        assertThat(json(replaced.gone())).isEqualTo("{\"a\":{\"b\":null}}");
    }

    @Test
    void aSliceMakesTheSameTimelineElsewhere() {
        Timeline state = Timeline.begin(5, STATE);
        patch(state, "{\"a\":{\"b\":1}}");
        patch(state, "{\"a\":2}");

        Timeline copy = Timeline.of(state.slice(), STATE);

        assertThat(copy.position()).isEqualTo(state.position());
        assertThat(json(copy.state())).isEqualTo("{\"a\":2}");
        assertThat(copy.after(0)).hasSize(2);
        assertThat(json(copy.after(1).get(0).gone())).isEqualTo("{\"a\":{\"b\":null}}");
        assertThat(copy.apply(patch(state, "{\"c\":3}"), STATE)).isNotNull();
    }

    private Entry say(String text) {
        return timeline.append(1_000, "ann", text(text), null, LOG);
    }

    private static Entry patch(Timeline state, String patch) {
        Payload payload = data(patch);
        return state.append(1_000, "ann", payload, Tree.read(payload.json()), STATE);
    }

    private static String json(@Nullable Tree tree) {
        return new String(Objects.requireNonNull(tree).toJson(), StandardCharsets.UTF_8);
    }
}
