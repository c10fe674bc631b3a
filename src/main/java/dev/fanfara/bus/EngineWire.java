package dev.fanfara.bus;

import dev.fanfara.protocol.CloseReason;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/** {@link EngineMessage}s as bytes: one octet for the kind, then the components in order. */
final class EngineWire implements EngineMessage.Receiver {
    private static final int ASK = 1;
    private static final int BODY = 2;
    private static final int BROKEN = 3;
    private static final int OPENED = 4;
    private static final int SAID = 5;
    private static final int SOCKET_GONE = 6;
    private static final int ANSWER = 7;
    private static final int WRITE = 8;
    private static final int CLOSE = 9;
    private static final int TAKEN = 10;

    private final WireWriter out;

    private EngineWire(WireWriter out) {
        this.out = out;
    }

    static void write(WireWriter out, EngineMessage message) {
        message.dispatch(new EngineWire(out));
    }

    static EngineMessage read(WireReader in) {
        int kind = in.octet();
        return switch (kind) {
            case ASK ->
                new EngineMessage.Ask(
                        loop(in), in.number(), id(in), in.optionalText(), EngineMessage.Want.valueOf(in.text()));
            case BODY -> new EngineMessage.Body(loop(in), in.number(), id(in), in.bytes());
            case BROKEN -> new EngineMessage.Broken(in.number(), id(in), reason(in));
            case OPENED -> new EngineMessage.Opened(loop(in), in.number(), id(in));
            case SAID -> new EngineMessage.Said(in.number(), in.number(), in.flag(), in.bytes());
            case SOCKET_GONE -> new EngineMessage.SocketGone(in.number(), in.integer());
            case ANSWER -> new EngineMessage.Answer(in.number(), new HttpAnswer(in.integer(), in.text(), in.bytes()));
            case WRITE -> new EngineMessage.Write(in.number(), in.number(), Unpooled.wrappedBuffer(in.bytes()));
            case CLOSE -> new EngineMessage.Close(in.number(), reason(in));
            case TAKEN -> new EngineMessage.Taken(in.number(), in.number());
            default -> throw new IllegalArgumentException("engine message of unknown kind " + kind);
        };
    }

    private void loop(LoopRef loop) {
        out.text(loop.node()).integer(loop.loop());
    }

    private static LoopRef loop(WireReader in) {
        return new LoopRef(in.text(), in.integer());
    }

    private void id(EngineId id) {
        out.text(id.secret());
        loop(id.home());
    }

    private static EngineId id(WireReader in) {
        return new EngineId(in.text(), loop(in));
    }

    private void reason(@Nullable CloseReason reason) {
        out.optionalText(reason == null ? null : reason.name());
    }

    private static @Nullable CloseReason reason(WireReader in) {
        String name = in.optionalText();
        return name == null ? null : CloseReason.valueOf(name);
    }

    @Override
    public void onAsk(EngineMessage.Ask ask) {
        out.octet(ASK);
        loop(ask.from());
        out.number(ask.request());
        id(ask.session());
        out.optionalText(ask.token()).text(ask.want().name());
    }

    @Override
    public void onBody(EngineMessage.Body body) {
        out.octet(BODY);
        loop(body.from());
        out.number(body.request());
        id(body.session());
        out.bytes(body.bytes());
    }

    @Override
    public void onBroken(EngineMessage.Broken broken) {
        out.octet(BROKEN).number(broken.request());
        id(broken.session());
        reason(broken.reason());
    }

    @Override
    public void onOpened(EngineMessage.Opened opened) {
        out.octet(OPENED);
        loop(opened.from());
        out.number(opened.socket());
        id(opened.session());
    }

    @Override
    public void onSaid(EngineMessage.Said said) {
        out.octet(SAID)
                .number(said.socket())
                .number(said.number())
                .flag(said.isText())
                .bytes(said.bytes());
    }

    @Override
    public void onSocketGone(EngineMessage.SocketGone gone) {
        out.octet(SOCKET_GONE).number(gone.socket()).integer(gone.code());
    }

    @Override
    public void onAnswer(EngineMessage.Answer answer) {
        out.octet(ANSWER)
                .number(answer.request())
                .integer(answer.answer().status())
                .text(answer.answer().contentType())
                .bytes(answer.answer().body());
    }

    @Override
    public void onWrite(EngineMessage.Write write) {
        out.octet(WRITE).number(write.socket()).number(write.number()).bytes(ByteBufUtil.getBytes(write.frames()));
    }

    @Override
    public void onClose(EngineMessage.Close close) {
        out.octet(CLOSE).number(close.socket());
        reason(close.reason());
    }

    @Override
    public void onTaken(EngineMessage.Taken taken) {
        out.octet(TAKEN).number(taken.socket()).number(taken.weight());
    }
}
