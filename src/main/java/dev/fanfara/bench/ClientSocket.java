package dev.fanfara.bench;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.nio.charset.StandardCharsets;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/** One connection of the load test: upgrades, joins its rooms, answers pings. Touched only by its event loop. */
abstract class ClientSocket extends ChannelInboundHandlerAdapter implements FrameReader.Sink, Dialect.Listener {
    private static final int MAX_SHOWN = 4096;
    private static final int ABNORMAL_CLOSURE = 1006;
    private static final int NO_STATUS = 1005;

    /** Who runs the test; called on the socket's loop. */
    interface Owner {
        /** All rooms are joined. */
        void ready(ClientSocket socket);

        /** The server asks to come back later: 503 or 429 before the upgrade. */
        void refusedForNow(ClientSocket socket, Upgrade.Answer answer);

        /** The socket cannot take part; the test cannot begin. */
        void failed(String why);

        /** It was ready, and is gone although nobody asked for it. */
        void lost(ClientSocket socket, int code, String reason);

        void refused(String code, String sentence);
    }

    private enum Phase {
        UPGRADING,
        JOINING,
        READY,
        /** Nothing that happens from here on is worth a word. */
        OVER
    }

    final BenchLoop loop;
    final Target target;
    private final Owner owner;
    private final Upgrade upgrade;
    private final String[] rooms;
    private final FrameReader frames = new FrameReader(this);
    private Phase phase = Phase.UPGRADING;
    private int joined;
    private int closeCode = ABNORMAL_CLOSURE;
    private String closeReason = "";
    private @Nullable Inflater inflater;
    private boolean freshInflater;
    private @Nullable Channel channel;

    ClientSocket(BenchLoop loop, Target target, boolean deflate, String[] rooms, Owner owner) {
        this.loop = loop;
        this.target = target;
        this.upgrade = new Upgrade(target, deflate);
        this.rooms = rooms;
        this.owner = owner;
    }

    /** A message, inflated if it had to be, in bytes that are valid only during the call. */
    abstract void onMessage(ByteBuf in, int index, int length);

    final Channel channel() {
        if (channel == null) {
            throw new IllegalStateException("not connected");
        }
        return channel;
    }

    final boolean isCompressed() {
        return inflater != null;
    }

    /** Leaves as agreed; what comes meanwhile is nobody's business. */
    final void leave() {
        phase = Phase.OVER;
        if (channel != null && channel.isActive()) {
            channel.config().setAutoRead(true);
            channel.writeAndFlush(MaskedFrame.close(channel.alloc())).addListener(ChannelFutureListener.CLOSE);
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        channel = ctx.channel();
        ctx.writeAndFlush(upgrade.request(ctx.alloc()));
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        try {
            loop.tally.bytes += in.readableBytes();
            loop.readNanos = System.nanoTime();
            if (phase == Phase.UPGRADING) {
                upgrade(in);
            }
            if (in.isReadable() && phase != Phase.OVER) {
                frames.read(in);
            }
        } finally {
            in.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        loop.flushPublishers();
    }

    private void upgrade(ByteBuf in) {
        Upgrade.Answer answer = upgrade.read(in);
        if (answer == null) {
            return;
        }
        if (answer.comeBackLater()) {
            phase = Phase.OVER;
            owner.refusedForNow(this, answer);
            channel().close();
            return;
        }
        if (answer.mistake() != null) {
            fail(answer.mistake());
            return;
        }
        if (answer.deflate()) {
            inflater = new Inflater(true);
            freshInflater = !answer.contextTakeover();
        }
        phase = Phase.JOINING;
        if (target.dialect().opensItself()) {
            opened();
        }
    }

    @Override
    public final void opened() {
        for (int i = 0; i < rooms.length; i++) {
            channel().write(MaskedFrame.text(channel().alloc(), target.dialect().join(rooms[i], i)));
        }
        channel().flush();
    }

    @Override
    public final void joined() {
        if (phase == Phase.JOINING && ++joined == rooms.length) {
            phase = Phase.READY;
            owner.ready(this);
        }
    }

    @Override
    public final void answer(String text) {
        channel().writeAndFlush(MaskedFrame.text(channel().alloc(), text));
    }

    @Override
    public final void refused(String code, String sentence) {
        if (phase == Phase.JOINING) {
            fail("could not join " + rooms[joined] + ": " + code + " (" + sentence + ")"
                    + hint(Incidents.hintForError(code)));
        } else if (phase == Phase.READY) {
            owner.refused(code, sentence);
        }
    }

    @Override
    public final void message(ByteBuf in, int index, int length, boolean compressed) {
        if (!compressed) {
            onMessage(in, index, length);
            return;
        }
        if (inflater == null) {
            throw new FrameReader.BrokenFrame("the server sent a compressed message nobody had agreed to");
        }
        try {
            if (freshInflater) {
                inflater.reset();
            }
            ByteBuf inflated = loop.inflation.inflate(inflater, in, index, length);
            onMessage(inflated, 0, inflated.readableBytes());
        } catch (DataFormatException malformed) {
            throw new FrameReader.BrokenFrame("the server sent what does not inflate: " + malformed.getMessage());
        }
    }

    /** Anything that is no delivery: rare once the test runs. */
    final void notDelivery(ByteBuf in, int index, int length) {
        if (phase == Phase.JOINING || length <= MAX_SHOWN) {
            target.dialect()
                    .heard(
                            in.toString(index, Math.min(length, MAX_SHOWN), StandardCharsets.UTF_8),
                            target.token(),
                            this);
        }
    }

    @Override
    public final void control(int opcode, ByteBuf in, int index, int length) {
        if (opcode == FrameReader.PING) {
            byte[] payload = new byte[length];
            in.getBytes(index, payload);
            channel().writeAndFlush(MaskedFrame.frame(channel().alloc(), MaskedFrame.PONG, payload));
        } else if (opcode == FrameReader.CLOSE) {
            closeCode = length >= 2 ? in.getUnsignedShort(index) : NO_STATUS;
            closeReason = length > 2 ? in.toString(index + 2, length - 2, StandardCharsets.UTF_8) : "";
            channel().writeAndFlush(MaskedFrame.close(channel().alloc())).addListener(ChannelFutureListener.CLOSE);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (phase == Phase.READY) {
            owner.lost(this, closeCode, closeReason);
        } else if (phase == Phase.JOINING) {
            fail("the server closed a connection before it had joined: " + closeCode
                    + (closeReason.isEmpty() ? "" : " \"" + closeReason + '"')
                    + hint(Incidents.hintForClose(closeCode, closeReason)));
        } else if (phase == Phase.UPGRADING) {
            fail("the server closed a connection before it answered the upgrade; if it is busy, lower --connect-rate or"
                    + " raise limits.handshake");
        }
        phase = Phase.OVER;
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        frames.release();
        if (inflater != null) {
            inflater.end();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        Throwable root = cause.getCause() == null ? cause : cause.getCause();
        String why = root.getMessage() == null ? root.toString() : root.getMessage();
        if (phase == Phase.UPGRADING || phase == Phase.JOINING) {
            fail(why);
        } else if (phase == Phase.READY) {
            closeReason = why;
        }
        ctx.close();
    }

    private void fail(String why) {
        phase = Phase.OVER;
        owner.failed(why);
        channel().close();
    }

    private static String hint(String hint) {
        return hint.isEmpty() ? "" : "; " + hint;
    }
}
