package dev.fanfara.transport.socketio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.fanfara.protocol.ClientMessage;
import dev.fanfara.protocol.CommandId;
import dev.fanfara.protocol.ErrorCode;
import dev.fanfara.protocol.Payload;
import dev.fanfara.protocol.Position;
import dev.fanfara.protocol.Refusal;
import dev.fanfara.protocol.RoomName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventReaderTest {
    private static final CommandId ID = new CommandId("7");

    @Test
    void joiningARoomByItsNameOrWithMore() throws Exception {
        assertThat(read("['join-room','a:b']"))
                .isEqualTo(new ClientMessage.Join(ID, new RoomName("a:b"), null, null, null, null));
        assertThat(read("['join-room',{'room':'a','since':{'epoch':'e','offset':3},'history':5,'maxRate':2}]"))
                .isEqualTo(new ClientMessage.Join(ID, new RoomName("a"), new Position("e", 3), 5, 2, null));
    }

    @Test
    void leavingARoom() throws Exception {
        assertThat(read("['leave-room','a']")).isEqualTo(new ClientMessage.Leave(ID, new RoomName("a")));
        assertThat(read("['leave-room',{'room':'a'}]")).isEqualTo(new ClientMessage.Leave(ID, new RoomName("a")));
    }

    @Test
    void messages() throws Exception {
        assertThat(read("['message',{'room':'a','text':'hi','key':'k'}]"))
                .isEqualTo(new ClientMessage.Publish(
                        ID, new RoomName("a"), payload(Payload.Kind.TEXT, "'hi'"), "k", false));
        assertThat(read("['private-message',{'to':'bob','data':[1, 2]}]"))
                .isEqualTo(new ClientMessage.PrivateMessage(ID, "bob", payload(Payload.Kind.DATA, "[1,2]")));
    }

    @Test
    void anEventOfTheClientsOwnIsSaidInItsRoomAndNobodyElsesNameIsPutOnIt() throws Exception {
        assertThat(read("['typing \\\"now\\\"',{'room':'a', 'userId':'forged', 'n':{'userId':1}, 'timestamp':0}]"))
                .isEqualTo(new ClientMessage.Publish(
                        ID,
                        new RoomName("a"),
                        payload(Payload.Kind.EVENT, "'typing \\\"now\\\"','data':{'room':'a','n':{'userId':1}}"),
                        null,
                        false));
    }

    @Test
    void roomsAreThoseOfTheNamespace() throws Exception {
        ClientMessage.Join join = (ClientMessage.Join)
                EventReader.read("/admin", null, json("['join-room','a']")).understand();

        assertThat(join.room()).isEqualTo(RoomName.in("/admin", "a")).isNotEqualTo(new RoomName("a"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "['typing']",
                "['typing','a']",
                "['typing',{}]",
                "['typing',{'room':5}]",
                "['typing',{'room':'a'},2]",
                "['user-joined',{'room':'a'}]",
                "['patch',{'room':'a'}]",
                "['',{'room':'a'}]",
                "['join-room']",
                "['join-room',5]",
                "['join-room','no room']",
                "['join-room',[{'room':'a'}]]",
                "['join-room',{'room':'a','since':5}]",
                "['message',{'room':'a'}]",
                "['message','a','b']",
                "['private-message',{'text':'to nobody'}]"
            })
    void whatCannotBeDoneIsRefusedWithASentence(String args) {
        assertThatExceptionOfType(Refusal.class)
                .isThrownBy(() -> read(args))
                .satisfies(refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.BAD_REQUEST))
                .satisfies(refusal -> assertThat(refusal.sentence()).isNotBlank());
    }

    @Test
    void aNameHasABound() {
        assertThatExceptionOfType(Refusal.class).isThrownBy(() -> read("['" + "a".repeat(129) + "',{'room':'a'}]"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "[5]",
                "[{}]",
                "['a'",
                "['a',{'room':'a'}",
                "['a',{'room':'a']]",
                "['a',{}]]",
                "['a'] ['b']",
                "['connect',{'room':'a'}]",
                "['disconnect',{'room':'a'}]"
            })
    void whatIsNoEventIsNoneOfOurs(String args) {
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> read(args));
    }

    private static ClientMessage read(String args) throws IOException {
        return EventReader.read(RoomName.MAIN, ID, json(args)).understand();
    }

    private static Payload payload(Payload.Kind kind, String json) {
        return new Payload(kind, json(json));
    }

    private static byte[] json(String withSingleQuotes) {
        return withSingleQuotes.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    }
}
