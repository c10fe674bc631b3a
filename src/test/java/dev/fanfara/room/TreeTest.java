package dev.fanfara.room;

import static dev.fanfara.room.Merging.mergePatch;
import static dev.fanfara.room.Merging.paths;
import static dev.fanfara.room.Merging.text;
import static dev.fanfara.room.Merging.tree;
import static dev.fanfara.room.Merging.value;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfara.protocol.ErrorCode;
import dev.fanfara.protocol.Refusal;
import io.vertx.core.json.JsonObject;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TreeTest {
    private static final int CASES = 2_000;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "{\"a\":\"b\"}           | {\"a\":\"c\"}                  | {\"a\":\"c\"}",
                "{\"a\":\"b\"}           | {\"b\":\"c\"}                  | {\"a\":\"b\",\"b\":\"c\"}",
                "{\"a\":\"b\"}           | {\"a\":null}                   | {}",
                "{\"a\":\"b\",\"b\":\"c\"} | {\"a\":null}                 | {\"b\":\"c\"}",
                "{\"a\":[\"b\"]}         | {\"a\":\"c\"}                  | {\"a\":\"c\"}",
                "{\"a\":\"c\"}           | {\"a\":[\"b\"]}                | {\"a\":[\"b\"]}",
                "{\"a\":{\"b\":\"c\"}}   | {\"a\":{\"b\":\"d\",\"c\":null}} | {\"a\":{\"b\":\"d\"}}",
                "{\"a\":[{\"b\":\"c\"}]} | {\"a\":[1]}                    | {\"a\":[1]}",
                "{\"e\":null}            | {\"a\":1}                      | {\"e\":null,\"a\":1}",
                "{}                      | {\"a\":{\"bb\":{\"ccc\":null}}} | {\"a\":{\"bb\":{}}}",
            })
    void mergesAsInAppendixAOfTheRfc(String original, String patch, String result) {
        Tree tree = tree(original);

        tree.merge(tree(patch));

        assertThat(text(tree)).isEqualTo(result);
    }

    @Test
    void mergesAsTheRfcForAnyPatchesAndKnowsItsLengthBeforeAndAfter() {
        for (long seed = 0; seed < CASES; seed++) {
            Tree state = new Tree();
            JsonObject expected = new JsonObject();
            for (String patch : new Merging(seed).patches(6)) {
                int announced = state.bytesAfter(tree(patch));
                assertThat(value(state))
                        .as("bytesAfter changes nothing, seed %d", seed)
                        .isEqualTo(expected);

                state.merge(tree(patch));

                expected = mergePatch(expected, new JsonObject(patch));
                assertThat(value(state)).as("seed %d, %s", seed, patch).isEqualTo(expected);
                assertThat(state.bytes()).as("bytes, seed %d", seed).isEqualTo(state.toJson().length);
                assertThat(announced).as("bytesAfter, seed %d", seed).isEqualTo(state.toJson().length);
                assertThat(state.isEmpty()).as("seed %d", seed).isEqualTo(expected.isEmpty());
            }
        }
    }

    @Test
    void whatIsReadIsWhatAnyParserReadsAndIsWrittenAgain() {
        for (long seed = 0; seed < CASES; seed++) {
            String json = new Merging(seed).patch();

            Tree tree = tree(json);

            assertThat(value(tree)).as("seed %d", seed).isEqualTo(new JsonObject(json));
            assertThat(tree.bytes()).as("seed %d", seed).isEqualTo(tree.toJson().length);
            assertThat(text(Tree.read(tree.toJson()))).as("seed %d", seed).isEqualTo(text(tree));
            assertThat(text(tree.copy())).as("seed %d", seed).isEqualTo(text(tree));
        }
    }

    @Test
    void whatWentUnnamedIsToldExactly() {
        for (long seed = 0; seed < CASES; seed++) {
            Tree state = new Tree();
            for (String patch : new Merging(seed).patches(6)) {
                Set<String> named = paths(new JsonObject(patch));
                Set<String> unnamed = paths(value(state));

                Tree gone = state.merge(tree(patch));

                unnamed.removeAll(paths(value(state)));
                unnamed.removeAll(named);
                Set<String> told = gone == null ? new HashSet<>() : paths(value(gone));
                assertThat(told).as("seed %d, %s", seed, patch).containsAll(unnamed);
                told.removeAll(unnamed);
                assertThat(told)
                        .as("the rest are names of the patch on the way there, seed %d, %s", seed, patch)
                        .allMatch(way -> named.contains(way)
                                && unnamed.stream().anyMatch(path -> path.startsWith(way) && !path.equals(way)));
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "{\"a\":{\"x\":1,\"y\":{\"z\":2}}} | {\"a\":null}         | {\"a\":{\"x\":null,\"y\":{\"z\":null}}}",
                "{\"a\":{\"x\":1,\"y\":{\"z\":2}}} | {\"a\":5}            | {\"a\":{\"x\":null,\"y\":{\"z\":null}}}",
                "{\"a\":{\"x\":1,\"y\":{}}}        | {\"a\":{\"y\":null}} | nothing",
                "{\"a\":{\"y\":{}}}                | {\"a\":[]}           | {\"a\":{\"y\":null}}",
                "{\"a\":{\"x\":{\"y\":2}},\"b\":1} | {\"a\":{\"x\":1},\"b\":null} | {\"a\":{\"x\":{\"y\":null}}}",
                "{\"a\":{}}                        | {\"a\":null}         | nothing",
                "{\"a\":[{\"x\":1}]}               | {\"a\":null}         | nothing",
                "{\"a\":{\"x\":1}}                 | {\"a\":{\"y\":2}}    | nothing",
                "{\"a\":{\"x\":1}}                 | {\"a\":{}}           | nothing",
                "{\"a\":5}                         | {\"a\":{\"x\":null}} | nothing",
                "{}                                | {\"a\":null}         | nothing",
            })
    void goneAreTheNamesBelowWhatWasAnObject(String state, String patch, String gone) {
        assertThat(text(tree(state).merge(tree(patch)))).isEqualTo(gone);
    }

    @Test
    void aPatchIsNotPartOfTheStateItWasMergedInto() {
        Tree patch = tree("{\"a\":{\"b\":{\"c\":1}}}");
        Tree state = new Tree();
        state.merge(patch);

        state.merge(tree("{\"a\":{\"b\":{\"c\":2}}}"));

        assertThat(text(patch)).isEqualTo("{\"a\":{\"b\":{\"c\":1}}}");
    }

    @Test
    void aCopyLivesItsOwnLife() {
        Tree state = tree("{\"a\":{\"b\":1}}");
        Tree copy = state.copy();

        state.merge(tree("{\"a\":{\"b\":2,\"c\":[3]}}"));

        assertThat(text(copy)).isEqualTo("{\"a\":{\"b\":1}}");
        assertThat(text(state)).isEqualTo("{\"a\":{\"b\":2,\"c\":[3]}}");
    }

    @Test
    void ofAMemberThatComesTwiceTheLastCounts() {
        assertThat(text(tree("{\"a\":1,\"b\":2,\"\\u0061\":3}"))).isEqualTo("{\"a\":3,\"b\":2}");
        assertThat(text(tree("{\"a\":{\"x\":1},\"a\":{\"y\":2}}"))).isEqualTo("{\"a\":{\"y\":2}}");
        assertThat(text(tree("{\"a\":{\"x\":1},\"a\":null}"))).isEqualTo("{\"a\":null}");
    }

    @Test
    void membersStayInTheOrderTheyCame() {
        Tree state = tree("{\"z\":1,\"y\":2,\"x\":3,\"w\":4}");

        state.merge(tree("{\"y\":null,\"z\":9}"));
        state.merge(tree("{\"y\":5}"));

        assertThat(text(state)).isEqualTo("{\"z\":9,\"x\":3,\"w\":4,\"y\":5}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1e999999999",
                "0.10",
                "-0",
                "123456789012345678901234567890",
                "\"\\u0041\"",
                "\"\\ud800\"",
                "[0.10,[{\"a\":null}],\"\\n\"]",
                "true",
                "false",
                "null",
            })
    void aLeafStaysTheTextItCameAs(String leaf) {
        assertThat(text(tree("{\"a\":" + leaf + ",\"b\":{\"c\":" + leaf + "}}")))
                .isEqualTo("{\"a\":" + leaf + ",\"b\":{\"c\":" + leaf + "}}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "\\\"\\\\         | \\\"\\\\",
                "\\/              | /",
                "\\n\\u000A\\t    | \\n\\n\\t",
                "\\u0000\\u001f   | \\u0000\\u001F",
                "\\u007f\\u0061   | \u007Fa",
                "\\u00e9\\u20ac   | é€",
                "\\u0080\\u07ff\\u0800\\uffff | \u0080\u07FF\u0800\uFFFF",
                "\\ud83d\\ude00   | 😀",
                "\\ud83d          | ?",
                "\\ude00\\ud83d.  | ??.",
            })
    void aNameHasOneSpelling(String given, String written) {
        Tree tree = tree("{\"" + given + "\":1}");

        assertThat(text(tree)).isEqualTo("{\"" + written + "\":1}");
        assertThat(tree.bytes()).isEqualTo(tree.toJson().length);
    }

    @Test
    void whiteSpaceBetweenTokensIsNotKept() {
        assertThat(text(tree(" {\n\"a\" : 12 ,\t\"b\": [ 1 ,\n2 ] , \"c\":\"x y\" , \"d\" : { \"e\": null } } ")))
                .isEqualTo("{\"a\":12,\"b\":[1,2],\"c\":\"x y\",\"d\":{\"e\":null}}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "[{\"a\":1}]", "\"a\"", "1", "true", "null"})
    void onlyAnObjectIsATree(String json) {
        assertRefused(
                json.getBytes(UTF_8), ErrorCode.BAD_REQUEST, "data: expected an object, a merge patch (RFC 7396)");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "}",
                "{\"a\"",
                "{\"a\":",
                "{\"a\":1",
                "{\"a\":\"x",
                "{\"a\":[1}",
                "{\"a\":[",
                "{\"a\":{}",
                "{\"a\":tru}",
                "{\"a\":01}",
                "{a:1}",
                "{\"a\":1,}",
                "{}{}",
                "{}]",
                "[1",
                "\"a",
                "1 2",
                "{\"a\":\"\n\"}",
                "\0\0\0{\u007f\u007f\u007f\u007f"
            })
    void whatIsNoJsonIsRefused(String broken) {
        assertRefused(broken.getBytes(UTF_8), ErrorCode.INVALID_JSON, "Invalid JSON");
    }

    @Test
    void bytesThatAreNoUtf8AreRefused() {
        assertRefused("{\"a\":\"\u00ff\"}".getBytes(ISO_8859_1), ErrorCode.INVALID_JSON, "Invalid JSON");
        assertRefused("{\"\u00ff\":1}".getBytes(ISO_8859_1), ErrorCode.INVALID_JSON, "Invalid JSON");
        assertRefused("{\"a\":\"x\"}".getBytes(UTF_16LE), ErrorCode.INVALID_JSON, "Invalid JSON");
        assertThat(text(tree("\uFEFF{\"a\":\"x\"}"))).isEqualTo("{\"a\":\"x\"}");
    }

    @Test
    void nestingIsLimitedAsInAllThatIsRead() {
        String deep = "{\"a\":".repeat(255) + "{}" + "}".repeat(255);
        Tree state = new Tree();
        state.merge(tree(deep));

        assertThat(text(state.copy())).isEqualTo(deep);
        assertThat(text(state.merge(tree("{\"a\":1}")))).isEqualTo("{\"a\":".repeat(255) + "null" + "}".repeat(255));
        assertRefused(("{\"a\":" + deep + "}").getBytes(UTF_8), ErrorCode.INVALID_JSON, "Invalid JSON");
    }

    private static void assertRefused(byte[] json, ErrorCode code, String sentence) {
        assertThatThrownBy(() -> Tree.read(json))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo(code))
                .hasMessage(sentence);
    }
}
