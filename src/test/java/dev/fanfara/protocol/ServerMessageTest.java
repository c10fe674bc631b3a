package dev.fanfara.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ServerMessageTest {
    private static final RoomName ROOM = new RoomName("dash:a");
    private static final CommandId ID = new CommandId("1");
    private static final Position POSITION = new Position("e1", 8);
    private static final ServerMessage.Message MESSAGE =
            new ServerMessage.Message(ROOM, "alice", new Payload(Payload.Kind.DATA, utf8("[1]")), 1, 7);
    private static final ServerMessage.Patch PATCH = new ServerMessage.Patch(ROOM, utf8("{\"a\":null}"), 8, 5, 1);

    private static final String MESSAGE_JSON = "{'type':'message','room':'dash:a','user':'alice','data':[1],"
            + "'timestamp':'1970-01-01T00:00:00.001Z','offset':7}";
    private static final String PATCH_JSON = "{'type':'patch','room':'dash:a','data':{'a':null},'offset':8,"
            + "'previous':5,'timestamp':'1970-01-01T00:00:00.001Z'}";

    @Test
    void messageHasAnOffsetWhereTheRoomHasPositions() {
        assertThat(json(MESSAGE)).isEqualTo(MESSAGE_JSON);
        assertThat(json(new ServerMessage.Message(ROOM, null, new Payload(Payload.Kind.TEXT, utf8("\"é\"")), 0, 0)))
                .isEqualTo("{'type':'message','room':'dash:a','text':'é','timestamp':'1970-01-01T00:00:00.000Z'}");
    }

    @Test
    void patchNamesTheStatesItLiesBetween() {
        assertThat(json(PATCH)).isEqualTo(PATCH_JSON);
    }

    @Test
    void joinedOfAPlainRoomIsShort() {
        assertThat(json(joined(null, null, null, null)))
                .isEqualTo("{'type':'joined','id':1,'room':'dash:a','members':3}");
    }

    @Test
    void joinedBringsWhatWasMissed() {
        assertThat(json(joined(POSITION, true, List.of(MESSAGE, PATCH), null)))
                .isEqualTo("{'type':'joined','id':1,'room':'dash:a','members':3,'epoch':'e1','offset':8,"
                        + "'recovered':true,'messages':[" + MESSAGE_JSON + ',' + PATCH_JSON + "]}");
        assertThat(json(joined(POSITION, true, List.of(), null))).endsWith("'recovered':true,'messages':[]}");
    }

    @Test
    void joinedBringsTheWholeState() {
        assertThat(json(joined(POSITION, false, null, utf8("{\"a\":{}}"))))
                .isEqualTo("{'type':'joined','id':1,'room':'dash:a','members':3,'epoch':'e1','offset':8,"
                        + "'recovered':false,'state':{'a':{}}}");
    }

    @Test
    void ackHasThePositionOfTheRoom() {
        assertThat(json(new ServerMessage.Ack(ID, ROOM, POSITION, true, null)))
                .isEqualTo("{'type':'ack','id':1,'room':'dash:a','epoch':'e1','offset':8,'duplicate':true}");
        assertThat(json(new ServerMessage.Ack(null, ROOM, null, false, null)))
                .isEqualTo("{'type':'ack','room':'dash:a'}");
        assertThat(json(new ServerMessage.Ack(ID, null, null, false, 2)))
                .isEqualTo("{'type':'ack','id':1,'delivered':2}");
    }

    @Test
    void historyIsToldOldestFirst() {
        assertThat(json(new ServerMessage.History(ID, ROOM, POSITION, List.of(MESSAGE))))
                .isEqualTo("{'type':'history','id':1,'room':'dash:a','epoch':'e1','offset':8,'messages':["
                        + MESSAGE_JSON + "]}");
    }

    @Test
    void rateAndSlownessAreTold() {
        assertThat(json(new ServerMessage.Updated(ID, ROOM, 0)))
                .isEqualTo("{'type':'updated','id':1,'room':'dash:a','maxRate':0}");
        assertThat(json(new ServerMessage.Degraded(ROOM, "slow", 1)))
                .isEqualTo("{'type':'degraded','room':'dash:a','reason':'slow','skipped':1}");
        assertThat(json(new ServerMessage.Restored(ROOM, "slow", 12)))
                .isEqualTo("{'type':'restored','room':'dash:a','reason':'slow','skipped':12}");
    }

    @Test
    void largeMessageIsWhole() {
        byte[] large = utf8("{\"a\":\"" + "x".repeat(300_000) + "\"}");

        String json = json(joined(POSITION, null, List.of(new ServerMessage.Patch(ROOM, large, 2, 1, 0)), large));

        assertThat(json).hasSizeGreaterThan(600_000).endsWith("x'}}");
    }

    private static ServerMessage.Joined joined(
            @Nullable Position position,
            @Nullable Boolean recovered,
            @Nullable List<ServerMessage> messages,
            byte @Nullable [] state) {
        return new ServerMessage.Joined(ID, ROOM, 3, position, recovered, messages, state);
    }

    private static String json(ServerMessage message) {
        return new String(message.toJson(), StandardCharsets.UTF_8).replace('"', '\'');
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
