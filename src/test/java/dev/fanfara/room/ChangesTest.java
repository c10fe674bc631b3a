package dev.fanfara.room;

import static dev.fanfara.room.Merging.paths;
import static dev.fanfara.room.Merging.text;
import static dev.fanfara.room.Merging.tree;
import static dev.fanfara.room.Merging.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ChangesTest {
    private final Tree state = new Tree();
    private final Changes changes = new Changes();

    /** All that is needed so that one patch can stand for many. */
    @Test
    void onePatchLeadsFromEveryEarlierStateToThatOfNow() {
        for (long seed = 0; seed < 2_000; seed++) {
            Merging random = new Merging(seed);
            Tree now = merged(new Tree(), tree(random.patch()));
            Changes since = new Changes();
            Set<String> touched = new HashSet<>();
            List<Tree> earlier = new ArrayList<>();
            for (String patch : random.patches(8)) {
                earlier.add(now.copy());
                Set<String> unnamed = paths(value(now));

                say(now, since, patch);

                JsonObject expected = value(now);
                unnamed.removeAll(paths(expected));
                touched.addAll(unnamed);
                touched.addAll(paths(new JsonObject(patch)));
                assertThat(since.size()).as("seed %d", seed).isEqualTo(touched.size());
                Tree one = Tree.read(since.against(now).toJson());
                for (int then = 0; then < earlier.size(); then++) {
                    assertThat(value(merged(earlier.get(then), one)))
                            .as("seed %d, from state %d", seed, then)
                            .isEqualTo(expected);
                }
                assertThat(value(merged(now, one)))
                        .as("seed %d, once more", seed)
                        .isEqualTo(expected);
            }
        }
    }

    @Test
    void onlyWhatChangedIsInThePatch() {
        state.merge(tree("{\"a\":1,\"b\":{\"x\":1,\"y\":[2]},\"c\":{\"z\":3}}"));

        say(state, changes, "{\"b\":{\"x\":5}}");
        say(state, changes, "{\"d\":6}");
        say(state, changes, "{\"d\":null,\"b\":{\"x\":7}}");

        assertThat(text(changes.against(state))).isEqualTo("{\"b\":{\"x\":7},\"d\":null}");
    }

    @Test
    void anObjectThatWasAnotherObjectBeforeLosesTheOldNames() {
        state.merge(tree("{\"a\":{\"x\":1,\"y\":{\"z\":2}}}"));

        say(state, changes, "{\"a\":5}");
        say(state, changes, "{\"a\":{\"y\":{}}}");

        assertThat(text(changes.against(state))).isEqualTo("{\"a\":{\"x\":null,\"y\":{\"z\":null}}}");
    }

    @Test
    void anEmptyObjectIsAChange() {
        say(state, changes, "{\"a\":{}}");

        assertThat(text(changes.against(state))).isEqualTo("{\"a\":{}}");
        assertThat(changes.size()).isEqualTo(1);
    }

    @Test
    void theSizeIsHowManyNamesWereTouched() {
        assertThat(changes.isEmpty()).isTrue();

        say(state, changes, "{\"a\":{\"x\":1,\"y\":2},\"b\":[{\"n\":1}]}");
        say(state, changes, "{\"a\":{\"x\":3}}");

        assertThat(changes.size()).isEqualTo(4);
        assertThat(changes.isEmpty()).isFalse();
    }

    @Test
    void afterClearingNothingIsKnown() {
        say(state, changes, "{\"a\":{\"x\":1}}");

        changes.clear();

        assertThat(changes.isEmpty()).isTrue();
        assertThat(changes.size()).isZero();
        assertThat(text(changes.against(state))).isEqualTo("{}");
        say(state, changes, "{\"a\":{\"y\":2}}");
        assertThat(text(changes.against(state))).isEqualTo("{\"a\":{\"y\":2}}");
    }

    @Test
    void thePatchIsNotPartOfTheState() {
        say(state, changes, "{\"a\":{\"x\":1}}");
        Tree patch = changes.against(state);

        say(state, changes, "{\"a\":{\"x\":2}}");

        assertThat(text(patch)).isEqualTo("{\"a\":{\"x\":1}}");
    }

    private static void say(Tree state, Changes changes, String json) {
        Tree patch = tree(json);
        Tree gone = state.merge(patch);
        changes.add(patch);
        if (gone != null) {
            changes.add(gone);
        }
    }

    private static Tree merged(Tree state, Tree patch) {
        Tree merged = state.copy();
        merged.merge(patch);
        return merged;
    }
}
