package dev.fanfara.transport.engineio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.bus.Addresses;
import dev.fanfara.bus.EngineId;
import dev.fanfara.bus.EngineMessage;
import dev.fanfara.bus.LoopRef;
import dev.fanfara.protocol.CloseReason;
import dev.fanfara.transport.websocket.MessageSocket;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The session's side of a WebSocket that ends on another node, which is played here. */
class RelaysTest {
    private static final LoopRef SELF = new LoopRef("self", 0);
    private static final LoopRef FAR = new LoopRef("far", 1);
    private static final int LARGE = 100_000;
    private static final int MAX_PER_NODE = 16 * 1024 * 1024;

    private final Vertx vertx = Vertx.vertx();
    private final Relays relays = new Relays(vertx, SELF, 1);
    private final List<String> heard = new ArrayList<>();
    private long sockets;

    private final MessageSocket.Listener listener = new MessageSocket.Listener() {
        @Override
        public void onText(ByteBuf utf8) {
            heard.add(utf8.toString(StandardCharsets.UTF_8));
        }

        @Override
        public void onBinary(ByteBuf bytes) {
            heard.add(bytes.readableBytes() + " bytes");
        }

        @Override
        public void onGone(int code) {
            heard.add("gone " + code);
        }
    };

    @BeforeEach
    void register() {
        Addresses.registerCodecs(vertx.eventBus());
    }

    @AfterEach
    void stop() {
        vertx.close().await();
    }

    private RelayedSocket opened() {
        RelayedSocket socket = relays.opened(new EngineMessage.Opened(FAR, ++sockets, EngineId.create(SELF)));
        socket.listen(listener);
        return socket;
    }

    private void says(long number, String text) {
        relays.onSaid(new EngineMessage.Said(sockets, number, true, text.getBytes(StandardCharsets.UTF_8)));
    }

    private static ByteBuf frames(int bytes) {
        return Unpooled.buffer(bytes).writeZero(bytes);
    }

    @Test
    void whatTheClientSaysIsHeardUntilItsSocketIsGone() {
        opened();
        says(0, "a");
        relays.onSaid(new EngineMessage.Said(sockets, 1, false, new byte[3]));
        relays.onSocketGone(new EngineMessage.SocketGone(sockets, 1001));
        says(2, "late");

        assertThat(heard).containsExactly("a", "3 bytes", "gone 1001");
    }

    @Test
    void whereSomethingWasLostTheSessionEnds() {
        RelayedSocket socket = opened();
        says(0, "a");
        says(2, "c");
        says(3, "d");

        assertThat(heard).containsExactly("a", "gone 1006");
        ByteBuf more = frames(10);
        socket.write(more);
        assertThat(more.refCnt()).isZero();
    }

    @Test
    void whatWasSentIsPendingUntilItIsTaken() {
        RelayedSocket socket = opened();
        socket.write(frames(1000));
        assertThat(socket.pendingBytes()).isEqualTo(1000);
        socket.flush();
        assertThat(socket.pendingBytes()).isEqualTo(1000 + EngineMessage.OVERHEAD);
        socket.send(frames(500), 100);
        assertThat(socket.pendingBytes()).isEqualTo(1400 + 2 * EngineMessage.OVERHEAD);

        // Each message says how much it is altogether, so that it does no harm if one is lost.
        relays.onTaken(new EngineMessage.Taken(sockets, 1000 + EngineMessage.OVERHEAD));
        assertThat(socket.pendingBytes()).isEqualTo(400 + EngineMessage.OVERHEAD);
        relays.onTaken(new EngineMessage.Taken(sockets, 1400 + 2 * EngineMessage.OVERHEAD));
        assertThat(socket.pendingBytes()).isZero();
    }

    @Test
    void aNodeThatTakesNothingIsSentSoMuchByAllSocketsTogether() {
        List<RelayedSocket> all = new ArrayList<>();
        long before = 0;
        while (heard.isEmpty() && before <= MAX_PER_NODE) {
            before = all.stream().mapToLong(RelayedSocket::pendingBytes).sum();
            RelayedSocket next = opened();
            all.add(next);
            next.send(frames(LARGE), 0);
        }

        assertThat(before).isBetween((long) MAX_PER_NODE - 2 * LARGE, (long) MAX_PER_NODE);
        assertThat(heard).containsExactly("gone " + CloseReason.SLOW_CONSUMER.code());

        relays.forget(FAR.node());
        assertThat(heard).hasSize(all.size()).filteredOn("gone 1006"::equals).hasSize(all.size() - 1);
        RelayedSocket afterwards = opened();
        afterwards.send(frames(LARGE), 0);
        assertThat(afterwards.pendingBytes()).isGreaterThan(LARGE);
    }

    @Test
    void whatWasTakenMakesRoomForOthers() {
        RelayedSocket socket = opened();
        long weight = 0;
        for (int i = 0; i < 1000; i++) {
            socket.send(frames(LARGE), 0);
            weight += LARGE + EngineMessage.OVERHEAD;
            relays.onTaken(new EngineMessage.Taken(sockets, weight));
        }

        assertThat(heard).isEmpty();
    }

    @Test
    void buffersOfASocketThatIsGoneAreReleased() {
        RelayedSocket socket = opened();
        ByteBuf unsent = frames(10);
        socket.write(unsent);
        relays.onSocketGone(new EngineMessage.SocketGone(sockets, 1006));
        ByteBuf late = frames(10);
        relays.onWrite(new EngineMessage.Write(77, 0, late));

        assertThat(unsent.refCnt()).isZero();
        assertThat(late.refCnt()).isZero();
    }
}
