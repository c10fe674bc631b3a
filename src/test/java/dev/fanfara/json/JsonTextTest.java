package dev.fanfara.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonTextTest {
    @Test
    void everyValueKnowsItsLine() throws BrokenJson {
        JsonText json = JsonText.parse("{\n \"a\": [\n  1,\n  {\"b/c\": null}]}");

        assertThat(json.value()).isEqualTo(new JsonObject("{\"a\":[1,{\"b/c\":null}]}"));
        assertThat(json.lines())
                .containsEntry("", 1)
                .containsEntry("/a", 2)
                .containsEntry("/a/0", 3)
                .containsEntry("/a/1/b~1c", 4);
    }

    @Test
    void byteOrderMarkOfWindowsEditorsIsNoMistake() throws BrokenJson {
        assertThat(JsonText.parse("\uFEFF{}").value()).isEqualTo(new JsonObject());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    ``                          | line 1 column 1: expected JSON, got an empty text
                    {"a": 1, "a": 2}            | line 1 column 13: expected every key once: Duplicate field 'a'
                    {"a": 1} x                  | line 1 column 11: expected JSON, got a word that is none (texts stand in double quotes)
                    {"a": 1} {}                 | line 1 column 10: expected nothing after the end of the first value
                    {"a": 1                     | line 1 column 8: expected JSON: Unexpected end-of-input: expected close marker for Object
                    {"a": s3cret}               | line 1 column 13: expected JSON, got a word that is none (texts stand in double quotes)
                    {"a": 1,}                   | line 1 column 9: expected JSON: Unexpected character ('}' (code 125)): was expecting double-quote to start field name
                    {'a': 1}                    | line 1 column 2: expected JSON: Unexpected character (''' (code 39)): was expecting double-quote to start field name
                    """)
    void brokenTextSaysWhereAndWhatWasExpected(String text, String message) {
        BrokenJson broken = catchThrowableOfType(BrokenJson.class, () -> JsonText.parse(text));

        assertThat(broken).hasMessage(message);
    }
}
