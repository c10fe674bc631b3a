package dev.fanfara.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.bus.SharedEnding;
import dev.fanfara.bus.SharedMessage;
import dev.fanfara.config.CompressionConfig;
import dev.fanfara.protocol.CommandId;
import dev.fanfara.protocol.ConnectionId;
import dev.fanfara.protocol.ErrorCode;
import dev.fanfara.protocol.Payload;
import dev.fanfara.protocol.Position;
import dev.fanfara.protocol.Refusal;
import dev.fanfara.protocol.RoomName;
import dev.fanfara.protocol.ServerMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** How a message becomes a packet of Socket.IO. */
class SocketIoFormatTest {
    private static final CompressionConfig NONE = new CompressionConfig(false, 0);
    private static final WireFormat MAIN = WireFormat.socketIo("/");
    private static final RoomName ROOM = new RoomName("a");
    private static final CommandId ID = new CommandId("12");

    @Test
    void aPublicationIsAnEventWithItsPublisher() {
        assertThat(packet(MAIN, new ServerMessage.Message(ROOM, "bob", payload(Payload.Kind.TEXT, "'hi'"), 0, 3)))
                .isEqualTo(json("42['message',{'userId':'bob','room':'a','user':'bob','text':'hi',"
                        + "'timestamp':'1970-01-01T00:00:00.000Z','offset':3}]"));
    }

    @Test
    void whatAClientSaidInItsOwnWordsIsSaidInThem() {
        Payload typing = Payload.event(
                json("'ty\\'ping'").getBytes(StandardCharsets.UTF_8),
                json("{'room':'a'}").getBytes(StandardCharsets.UTF_8));
        ServerMessage message = new ServerMessage.Message(ROOM, "bob", typing, 0, 0);

        assertThat(packet(MAIN, message))
                .isEqualTo(json("42['ty\\'ping',{'room':'a','userId':'bob','timestamp':'1970-01-01T00:00:00.000Z'}]"));
        assertThat(new String(message.toJson(), StandardCharsets.UTF_8))
                .isEqualTo(json("{'type':'message','room':'a','user':'bob','event':'ty\\'ping','data':{'room':'a'},"
                        + "'timestamp':'1970-01-01T00:00:00.000Z'}"));
    }

    @Test
    void whoComesIsToldByItsUser() {
        ServerMessage joined = new ServerMessage.MemberChange(true, ROOM, "bob", new ConnectionId("c"), 2, 0);

        assertThat(packet(MAIN, joined))
                .isEqualTo(json("42['user-joined',{'userId':'bob','room':'a','user':'bob','connection':'c','count':2,"
                        + "'timestamp':'1970-01-01T00:00:00.000Z'}]"));
    }

    @Test
    void anAnswerIsAnAckWithoutWhatItsPlaceSays() {
        assertThat(packet(MAIN, new ServerMessage.Ack(ID, ROOM, new Position("e", 3), true, null)))
                .isEqualTo(json("4312[{'epoch':'e','offset':3,'duplicate':true}]"));
        assertThat(packet(MAIN, new ServerMessage.Ack(ID, ROOM, null, false, null)))
                .isEqualTo("4312[{}]");
        assertThat(packet(MAIN, new ServerMessage.Error(ID, new Refusal(ErrorCode.FORBIDDEN, "No"))))
                .isEqualTo(json("4312[{'error':{'code':'forbidden','message':'No'}}]"));
        assertThat(packet(MAIN, new ServerMessage.Left(ID, ROOM, null))).isEqualTo(json("4312[{'room':'a'}]"));
    }

    @Test
    void whoAskedForNoAckIsToldAnErrorByAnEventAndNothingOfItsSuccess() {
        assertThat(packet(MAIN, new ServerMessage.Error(null, new Refusal(ErrorCode.FORBIDDEN, "No"))))
                .isEqualTo(json("42['error',{'code':'forbidden','message':'No'}]"));
        assertThat(MAIN.tells(new ServerMessage.Ack(null, ROOM, new Position("e", 3), false, null)))
                .isFalse();
        assertThat(MAIN.tells(new ServerMessage.Ack(ID, ROOM, null, false, null)))
                .isTrue();
    }

    @Test
    void theWelcomeAnswersConnect() {
        ServerMessage welcome = new ServerMessage.Welcome(new ConnectionId("c"), "bob", "n", 25_000, "1");

        assertThat(packet(MAIN, welcome)).isEqualTo(json("40{'sid':'c'}"));
        assertThat(packet(WireFormat.socketIo("/admin"), welcome)).isEqualTo(json("40/admin,{'sid':'c'}"));
    }

    @Test
    void aNamespaceStandsBeforeAllThatIsSaidInIt() {
        WireFormat admin = WireFormat.socketIo("/admin");
        RoomName room = RoomName.in("/admin", "a");

        assertThat(packet(admin, new ServerMessage.Left(null, room, null)))
                .isEqualTo(json("42/admin,['left',{'room':'a'}]"));
        assertThat(packet(admin, new ServerMessage.Left(ID, room, null))).isEqualTo(json("43/admin,12[{'room':'a'}]"));
        assertThat(WireFormat.of(room)[admin.slot()]).isSameAs(admin);
        assertThat(WireFormat.of(ROOM)[MAIN.slot()]).isSameAs(MAIN);
    }

    @Test
    void aClientThatMayBeRecoveredIsToldThePlaceToo() {
        WireFormat recoverable = WireFormat.recoverableSocketIo("/");
        WireFormat inAdmin = WireFormat.recoverableSocketIo("/admin");
        ServerMessage message = new ServerMessage.Message(ROOM, null, payload(Payload.Kind.DATA, "1"), 0, 3);
        String event = "['message',{'room':'a','data':1,'timestamp':'1970-01-01T00:00:00.000Z','offset':3}";
        Position at = new Position("e", 3);

        assertThat(packet(recoverable, message, at)).isEqualTo(json("42" + event + ",'e.3']"));
        assertThat(packet(inAdmin, message, at)).isEqualTo(json("42/admin," + event + ",'e.3']"));
        assertThat(packet(recoverable, message, null)).isEqualTo(json("42" + event + "]"));
        assertThat(packet(MAIN, message, at)).isEqualTo(json("42" + event + "]"));
        assertThat(WireFormat.of(ROOM)[recoverable.slot()]).isSameAs(recoverable);
        assertThat(recoverable.tells(new ServerMessage.Welcome(new ConnectionId("c"), "bob", "n", 25_000, "1")))
                .as("the transport answers, which knows the secret")
                .isFalse();
    }

    @Test
    void aBeginningAndAnEndingAreOnePacket() {
        byte[] state = json("{'cpu':1}").getBytes(StandardCharsets.UTF_8);
        for (String longOnes : List.of("", "x".repeat(10_000))) {
            SharedEnding ending = new SharedEnding(
                    List.of(new ServerMessage.Message(
                            ROOM, null, payload(Payload.Kind.TEXT, "'" + longOnes + "'"), 0, 1)),
                    state);
            String rest = ",'messages':[{'type':'message','room':'a','text':'" + longOnes
                    + "','timestamp':'1970-01-01T00:00:00.000Z','offset':1}],'state':{'cpu':1}}]";

            assertThat(packet(joined(ID), ending))
                    .isEqualTo(json("4312[{'room':'a','members':1,'epoch':'e','offset':1" + rest));
            assertThat(packet(joined(null), ending))
                    .isEqualTo(json("42['joined',{'room':'a','members':1,'epoch':'e','offset':1" + rest));
        }
    }

    private static ServerMessage joined(@Nullable CommandId id) {
        return new ServerMessage.Joined(id, ROOM, 1, new Position("e", 1), null, null, null);
    }

    private static String packet(ServerMessage beginning, SharedEnding ending) {
        Endings endings = new Endings();
        ByteBuf frame = endings.frame(beginning, ending, MAIN, NONE);
        try {
            return payload(frame);
        } finally {
            frame.release();
            endings.release();
        }
    }

    private static String packet(WireFormat format, ServerMessage message) {
        return packet(format, message, null);
    }

    private static String packet(WireFormat format, ServerMessage message, @Nullable Position at) {
        ByteBuf frame = Unpooled.buffer();
        format.append(new SharedMessage(message, 0), at, NONE, frame);
        return payload(frame);
    }

    /** Of one text frame that is not masked, and nothing behind it. */
    private static String payload(ByteBuf frame) {
        assertThat(frame.readUnsignedByte()).isEqualTo((short) 0x81);
        int length = frame.readUnsignedByte();
        if (length == 126) {
            length = frame.readUnsignedShort();
        }
        assertThat(frame.readableBytes()).isEqualTo(length);
        return frame.toString(StandardCharsets.UTF_8);
    }

    private static Payload payload(Payload.Kind kind, String json) {
        return new Payload(kind, json(json).getBytes(StandardCharsets.UTF_8));
    }

    private static String json(String withSingleQuotes) {
        return withSingleQuotes.replace('\'', '"');
    }
}
