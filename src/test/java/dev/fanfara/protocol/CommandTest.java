package dev.fanfara.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandTest {
    @Test
    void joinNamesARoomAndMayRecover() {
        assertThat(understood(
                        "{'type':'join','room':'dash:1','since':{'epoch':'e1','offset':7},'user':'alice','id':3}"))
                .isEqualTo(new ClientMessage.Join(
                        new CommandId("3"), new RoomName("dash:1"), new Position("e1", 7), null, null, "alice"));
    }

    @Test
    void joinMayAskForHistoryAndARate() {
        assertThat(understood("{'type':'join','room':'a','history':20,'maxRate':0}"))
                .isEqualTo(new ClientMessage.Join(null, new RoomName("a"), null, 20, 0, null));
        assertThat(understood("{'type':'join','room':'a','history':10000,'maxRate':1000,'since':null}"))
                .isEqualTo(new ClientMessage.Join(null, new RoomName("a"), null, 10_000, 1000, null));
        assertThat(understood("{'type':'join','room':'a','history':null,'maxRate':null}"))
                .isEqualTo(new ClientMessage.Join(null, new RoomName("a"), null, null, null, null));
    }

    /** Valid UTF-8, but four bytes that a parser takes for the beginning of UTF-32. */
    @Test
    void whatLooksLikeAnotherEncodingIsInvalidJson() {
        byte[] text = "\0\0\0{\u007f\u007f\u007f\u007f".getBytes(StandardCharsets.UTF_8);

        assertThatThrownBy(() -> Command.read(text)).hasMessage("Invalid JSON");
    }

    @Test
    void updateSetsARate() {
        assertThat(understood("{'type':'update','maxRate':5,'id':1}"))
                .isEqualTo(new ClientMessage.Update(new CommandId("1"), null, 5));
        assertThat(understood("{'type':'update','room':'a','maxRate':0}"))
                .isEqualTo(new ClientMessage.Update(null, new RoomName("a"), 0));
    }

    @Test
    void historyIsAskedFromAPositionOrFromTheEnd() {
        assertThat(understood("{'type':'history'}")).isEqualTo(new ClientMessage.History(null, null, null, null));
        assertThat(understood("{'type':'history','room':'a','since':{'epoch':'e','offset':0},'limit':1000}"))
                .isEqualTo(new ClientMessage.History(null, new RoomName("a"), new Position("e", 0), 1000));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'type':'join','room':'a','history':-1}      | history: expected a whole number from 0 to 10000",
                "{'type':'join','room':'a','history':10001}   | history: expected a whole number from 0 to 10000",
                "{'type':'join','room':'a','history':1.5}     | history: expected a whole number from 0 to 10000",
                "{'type':'join','room':'a','history':'5'}     | history: expected a whole number from 0 to 10000",
                "{'type':'join','room':'a','history':[1]}     | history: expected a whole number from 0 to 10000",
                "{'type':'join','room':'a','maxRate':true}    | maxRate: expected a whole number from 0 to 1000",
                "{'type':'join','room':'a','maxRate':1e2}     | maxRate: expected a whole number from 0 to 1000",
                "{'type':'update','maxRate':99999999999999}   | maxRate: expected a whole number from 0 to 1000",
                "{'type':'update','room':'a'}                 | maxRate: expected a whole number from 0 to 1000",
                "{'type':'history','limit':0}                 | limit: expected a whole number from 1 to 1000",
                "{'type':'history','limit':1001}              | limit: expected a whole number from 1 to 1000",
            })
    void countOutOfRangeIsRefusedByName(String command, String message) {
        assertRefused(command, ErrorCode.BAD_REQUEST, message);
    }

    @Test
    void idComesBackAsItWas() {
        assertThat(understood("{'type':'ping','id':'a \\' b'}".replace("\\'", "\\\""))
                        .id())
                .isEqualTo(new CommandId("\"a \\\" b\""));
        assertThat(understood("{'type':'ping','id':12345678901234567890}").id())
                .isEqualTo(new CommandId("12345678901234567890"));
        assertThat(understood("{'type':'ping','id':1.50}").id()).isEqualTo(new CommandId("1.50"));
        assertThat(understood("{'type':'ping'}").id()).isNull();
    }

    @Test
    void dataKeepsItsNumbersAndLosesItsWhiteSpace() {
        assertThat(dataOf(
                        "{'type':'message','data': { 'a' : [ 1.10 , 1e999999999, -0, true , null ],\n 'b':'x\\ny' } }"))
                .isEqualTo("{\"a\":[1.10,1e999999999,-0,true,null],\"b\":\"x\\ny\"}");
        assertThat(dataOf("{'data':7,'type':'message'}")).isEqualTo("7");
        assertThat(dataOf("{'data':null,'type':'message'}")).isEqualTo("null");
        assertThat(dataOf("{'data':[[],{},[{}]],'type':'message'}")).isEqualTo("[[],{},[{}]]");
    }

    @Test
    void textMayBeAnyString() {
        assertThat(understood("{'type':'message','text':'h\u00e9 \ud83d\ude00 \\u0000 \\ud800'}"))
                .asInstanceOf(InstanceOfAssertFactories.type(ClientMessage.Publish.class))
                .extracting(publish -> new String(publish.payload().json(), StandardCharsets.UTF_8))
                .isEqualTo("\"h\u00e9 \\uD83D\\uDE00 \\u0000 \\uD800\"");
    }

    @Test
    void unknownMembersAreIgnoredAndTheLastOfTwoCounts() {
        assertThat(understood("{'x':{'type':'no'},'type':'ping','type':'leave','room':'a','y':[1,[2]]}"))
                .isEqualTo(new ClientMessage.Leave(null, new RoomName("a")));
    }

    @Test
    void whatIsNoJsonIsInvalidJson() {
        for (String text : new String[] {
            "",
            " ",
            "{",
            "{'type':'ping'",
            "{'type':'ping'}}",
            "{'type':'ping'} x",
            "hello",
            "{type:1}",
            "[1",
            "{'a':01}"
        }) {
            assertRefused(text, ErrorCode.INVALID_JSON, "Invalid JSON");
        }
        assertRefused("[".repeat(100_000), ErrorCode.INVALID_JSON, "Invalid JSON");
        assertRefused("{'data':" + "9".repeat(5_000) + "}", ErrorCode.INVALID_JSON, "Invalid JSON");
        assertRefused(
                "{'type':'message','data':" + "[".repeat(300) + "]".repeat(300) + "}",
                ErrorCode.INVALID_JSON,
                "Invalid JSON");
    }

    @Test
    void jsonThatIsNoObjectIsABadRequest() {
        for (String text : new String[] {"[]", "1", "'x'", "null", "[{'type':'ping'}]"}) {
            assertRefused(text, ErrorCode.BAD_REQUEST, "Expected a JSON object with a string 'type'");
        }
    }

    @Test
    void refusalsNameTheMemberAtFault() {
        assertRefused("{}", ErrorCode.BAD_REQUEST, "type: expected a string");
        assertRefused("{'type':7}", ErrorCode.BAD_REQUEST, "type: expected a string");
        assertRefused("{'type':'dance'}", ErrorCode.UNKNOWN_TYPE, "type: unknown type 'dance'");
        assertRefused("{'type':'join'}", ErrorCode.BAD_REQUEST, "room: expected a string");
        assertRefused("{'type':'join','room':{}}", ErrorCode.BAD_REQUEST, "room: expected a string");
        assertRefused(
                "{'type':'join','room':'a b'}",
                ErrorCode.BAD_REQUEST,
                "room: expected 1 to 255 characters of A-Z a-z 0-9 _ . : @ / -, with no empty, '.' or '..' part between"
                        + " slashes");
        assertRefused(
                "{'type':'join','room':'a','since':{'epoch':'e','offset':1e3}}",
                ErrorCode.BAD_REQUEST,
                "since: expected {epoch: a string, offset: an integer from 0}");
        assertRefused(
                "{'type':'message','room':'a'}",
                ErrorCode.BAD_REQUEST,
                "text: expected a string (or 'data' with any JSON)");
        assertRefused(
                "{'type':'message','text':{}}",
                ErrorCode.BAD_REQUEST,
                "text: expected a string (any other JSON goes into 'data')");
        assertRefused(
                "{'type':'message','text':'a','data':1}",
                ErrorCode.BAD_REQUEST,
                "text, data: expected one of them, got both");
        assertRefused(
                "{'type':'message','text':'a','key':'" + "k".repeat(65) + "'}",
                ErrorCode.BAD_REQUEST,
                "key: expected 1 to 64 characters");
        assertRefused("{'type':'message','text':'a','echo':1}", ErrorCode.BAD_REQUEST, "echo: expected true or false");
        assertRefused("{'type':'auth'}", ErrorCode.BAD_REQUEST, "token: expected a string");
        assertRefused(
                "{'type':'ping','id':[1]}",
                ErrorCode.BAD_REQUEST,
                "id: expected a number or a string of at most 256 characters");
    }

    @Test
    void aRefusedCommandStillHasItsId() {
        Command command = Command.read(json("{'id':9,'type':'dance'}"));

        assertThat(command.id()).isEqualTo(new CommandId("9"));
        assertThatThrownBy(command::understand).isInstanceOf(Refusal.class);
    }

    private static String dataOf(String text) {
        return new String(((ClientMessage.Publish) understood(text)).payload().json(), StandardCharsets.UTF_8);
    }

    private static ClientMessage understood(String text) {
        return Command.read(json(text)).understand();
    }

    private static void assertRefused(String text, ErrorCode code, String sentence) {
        assertThatThrownBy(() -> understood(text))
                .as(text.length() > 100 ? text.substring(0, 100) : text)
                .isInstanceOfSatisfying(Refusal.class, refusal -> {
                    assertThat(refusal.sentence()).isEqualTo(sentence);
                    assertThat(refusal.code()).isEqualTo(code);
                });
    }

    private static byte[] json(String text) {
        return text.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    }
}
