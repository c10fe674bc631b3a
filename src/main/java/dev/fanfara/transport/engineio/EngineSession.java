package dev.fanfara.transport.engineio;

import dev.fanfara.auth.Identity;
import dev.fanfara.bus.EngineId;
import dev.fanfara.bus.HttpAnswer;
import dev.fanfara.protocol.CloseReason;
import dev.fanfara.transport.websocket.MessageSocket;
import io.netty.buffer.ByteBuf;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client of Engine.IO 4 from handshake to close, whichever way its bytes take: it polls, then it may probe a
 * WebSocket, and go on there; or it had one from the beginning. Event loop of the session only.
 *
 * <p>What is written are whole WebSocket frames from a server, text (with the packet's type, {@code 4}) or binary: that is
 * what most clients get, so all of them share the bytes; for those that poll the frames are taken apart.
 */
public final class EngineSession implements MessageSocket.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(EngineSession.class);

    /** How long a client that polls may take to come for what it was told last. */
    private static final Duration LAST_POLL = Duration.ofSeconds(2);
    /** A client says goodbye with a POST while it polls; on their way to us the POST may overtake the poll. */
    private static final Duration OVERTAKEN = Duration.ofMillis(50);
    /** How long a poll may wait though its client probes a WebSocket, which it opens when it has its answer. */
    private static final Duration UNTIL_NOOP = Duration.ofMillis(100);

    private static final HttpAnswer OK = HttpAnswer.of(200, "text/html", "ok");
    private static final int NO_CODE = CloseReason.NORMAL.code();
    private static final int BROKEN = 1006;

    private enum State {
        OPEN,
        /** It was closed here; what was written still leaves. */
        CLOSING,
        ENDED
    }

    private final EngineId id;
    private final Handshake handshake;
    private final EngineTerms terms;
    private final Home home;
    private final Runnable onEnd;
    private final Heartbeat heartbeat = new Heartbeat();
    private EngineApplication.@Nullable Listener application;

    private State state = State.OPEN;
    private boolean violated;
    private @Nullable Promise<Void> gone;

    private final Polling polling = new Polling();
    /** From the moment the client goes on there. */
    private @Nullable MessageSocket socket;

    private @Nullable Probe probe;
    /** The POST whose body is still to come. */
    private long postId;

    private boolean posting;
    /** What is written meanwhile leaves together. */
    private boolean hearing;

    private @Nullable CloseReason closing;
    /** The answer to a POST that said goodbye, until the poll that it overtook is there. */
    private @Nullable Promise<HttpAnswer> goodbye;

    private @Nullable String token;
    private @Nullable String user;

    /** What a session needs of the event loop it lives on. */
    interface Home {
        Timeouts timeouts();

        void ended(EngineSession session);

        /** Whose token this is. */
        Future<Identity> verify(String token);
    }

    /** @param onEnd runs once */
    EngineSession(EngineId id, Handshake handshake, EngineTerms terms, Home home, Runnable onEnd) {
        this.id = id;
        this.handshake = handshake;
        this.terms = terms;
        this.home = home;
        this.onEnd = onEnd;
        this.token = handshake.token();
    }

    /** Called once. {@code opened} is where its client is already, absent if it polls. */
    void open(EngineApplication spoken, @Nullable MessageSocket opened) {
        home.timeouts().start(heartbeat, System.nanoTime(), terms.pingInterval());
        if (opened != null) {
            socket = opened;
            opened.listen(this);
            opened.write(Frames.packet(PacketType.OPEN, greeting("")));
            opened.flush();
        }
        EngineApplication.Listener listener = spoken.opened(this);
        application = listener;
        if (state == State.ENDED) {
            listener.onClosed(NO_CODE);
        }
    }

    EngineId id() {
        return id;
    }

    int maxPayload() {
        return terms.maxPayload();
    }

    /** What the client is told first, to a handshake of long polling. */
    HttpAnswer opened() {
        return HttpAnswer.of(200, Polling.PLAIN, (char) PacketType.OPEN + greeting("\"websocket\""));
    }

    private String greeting(String upgrades) {
        return "{\"sid\":\"" + id.word() + "\",\"upgrades\":[" + upgrades + "],\"pingInterval\":"
                + terms.pingInterval().toMillis() + ",\"pingTimeout\":"
                + terms.pingTimeout().toMillis() + ",\"maxPayload\":" + terms.maxPayload() + "}";
    }

    // What the application does

    public Handshake handshake() {
        return handshake;
    }

    /** From here on, a request for this session that shows a token must show one of this user. */
    public void bind(String known) {
        user = known;
    }

    /** Owns the buffer. Nothing leaves before {@link #flush}. */
    public void write(ByteBuf frames) {
        if (state != State.OPEN) {
            frames.release();
        } else if (socket != null) {
            socket.write(frames);
        } else {
            polling.add(frames);
        }
    }

    public void flush() {
        if (socket != null) {
            socket.flush();
        } else if (!hearing && polling.isAwaited() && !polling.isEmpty()) {
            answerPoll();
        }
    }

    /** Writes and flushes whole frames from an index on, in a buffer that remains the caller's. */
    public void send(ByteBuf shared, int from) {
        if (state == State.OPEN && socket != null) {
            socket.send(shared, from);
        } else {
            write(shared.slice(from, shared.writerIndex() - from).retain());
            flush();
        }
    }

    /** Bytes that were written but have not left. */
    public long pendingBytes() {
        return socket != null ? socket.pendingBytes() : polling.bytes();
    }

    /**
     * What was written still leaves; then the client is told, by the close packet or its WebSocket's close frame, after
     * which it may come again. Completes when it is gone.
     */
    public Future<Void> close(CloseReason reason) {
        if (state == State.OPEN) {
            state = State.CLOSING;
            closing = reason;
            if (socket != null) {
                home.timeouts().cancel(heartbeat);
                socket.close(reason);
            } else {
                polling.add(Frames.packet(PacketType.CLOSE, ""));
                home.timeouts().start(heartbeat, System.nanoTime(), LAST_POLL);
                if (polling.isAwaited()) {
                    answerPoll();
                }
            }
        }
        if (state == State.ENDED) {
            return Future.succeededFuture();
        }
        if (gone == null) {
            gone = Promise.promise();
        }
        return gone.future();
    }

    /** Ends at once; what still waits is lost. */
    public void cutOff() {
        if (socket != null) {
            socket.cutOff();
        }
        end(BROKEN);
    }

    // Who may speak for it

    /**
     * Whether a request that shows this token may. Who began with one has to show it, or a newer one of the same user; to
     * any other the session does not exist.
     */
    Future<Boolean> admits(@Nullable String shown) {
        if (shown == null) {
            return Future.succeededFuture(handshake.token() == null);
        }
        if (token != null && isSame(token, shown)) {
            return Future.succeededFuture(true);
        }
        if (user == null) {
            return Future.succeededFuture(handshake.token() == null);
        }
        return home.verify(shown).transform(verified -> {
            boolean isTheirs = verified.succeeded() && verified.result().user().equals(user);
            if (isTheirs) {
                token = shown;
            }
            return Future.succeededFuture(isTheirs);
        });
    }

    private static boolean isSame(String one, String other) {
        return MessageDigest.isEqual(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }

    // What a client that polls does

    Future<HttpAnswer> poll(long poll) {
        HttpAnswer no = refusal();
        if (no != null) {
            return Future.succeededFuture(no);
        }
        if (polling.isAwaited()) {
            violated(CloseReason.PROTOCOL_ERROR);
            return Future.succeededFuture(EngineError.BAD_REQUEST.answer());
        }
        Future<HttpAnswer> answer = polling.await(poll);
        if (goodbye != null) {
            sayGoodbye();
        } else if (!polling.isEmpty()) {
            answerPoll();
        } else if (probe != null && probe.isAnswered()) {
            home.timeouts().start(new PollDuringProbe(poll), System.nanoTime(), UNTIL_NOOP);
        }
        return answer;
    }

    /** Why no request may come. */
    private @Nullable HttpAnswer refusal() {
        if (state == State.ENDED) {
            return EngineError.UNKNOWN_SESSION.answer();
        }
        return socket == null ? null : EngineError.BAD_REQUEST.answer();
    }

    private void answerPoll() {
        polling.answerFrames();
        if (state == State.CLOSING && polling.isEmpty()) {
            end(closing == null ? NO_CODE : closing.code());
        }
    }

    /** A poll ends, so that the client can go on elsewhere. */
    void releasePoll() {
        polling.answer(Polling.packet(PacketType.NOOP));
    }

    /** 100, and how many bytes may come, if the body may. */
    HttpAnswer beginPost(long post) {
        HttpAnswer no = refusal();
        if (no != null) {
            return no;
        }
        if (posting) {
            violated(CloseReason.PROTOCOL_ERROR);
            return EngineError.BAD_REQUEST.answer();
        }
        posting = true;
        postId = post;
        return HttpAnswer.goOn(terms.maxPayload());
    }

    Future<HttpAnswer> post(long post, byte[] body) {
        HttpAnswer no = posting && postId == post ? refusal() : EngineError.UNKNOWN_SESSION.answer();
        if (no != null) {
            return Future.succeededFuture(no);
        }
        posting = false;
        if (!hear(body)) {
            violated(CloseReason.PROTOCOL_ERROR);
        }
        if (violated) {
            return Future.succeededFuture(EngineError.BAD_REQUEST.answer());
        }
        flush();
        return goodbye == null ? Future.succeededFuture(OK) : goodbye.future();
    }

    private boolean hear(byte[] body) {
        hearing = true;
        try {
            return Payload.read(body, new Payload.Receiver() {
                @Override
                public boolean onPacket(ByteBuf packet) {
                    EngineSession.this.onText(packet);
                    return state != State.ENDED && goodbye == null;
                }

                @Override
                public boolean onBinary(ByteBuf bytes) {
                    EngineSession.this.onBinary(bytes);
                    return state != State.ENDED;
                }
            });
        } catch (RuntimeException bug) {
            LOG.error("a message failed", bug);
            violated(CloseReason.INTERNAL_ERROR);
            return true;
        } finally {
            hearing = false;
        }
    }

    /** A poll's or a post's client has gone; or its body was not taken, for that reason. */
    void broken(long request, @Nullable CloseReason reason) {
        if (polling.isAwaitedBy(request) || (posting && postId == request)) {
            if (reason == null) {
                end(BROKEN);
            } else {
                violated(reason);
            }
        }
    }

    // What a WebSocket of it does

    /** The client may go on here soon; one socket at a time may be tried, and nobody hears another. */
    void probe(MessageSocket opened) {
        if (refusal() != null || probe != null) {
            opened.close(CloseReason.NORMAL);
            return;
        }
        probe = new Probe(this, opened);
        opened.listen(probe);
        home.timeouts().start(probe, System.nanoTime(), Probe.PATIENCE);
    }

    void probeEnded(Probe ended) {
        home.timeouts().cancel(ended);
        if (probe == ended) {
            probe = null;
        }
    }

    /** The client goes on there; what waited for a poll goes first. */
    void upgrade(MessageSocket next) {
        if (probe != null) {
            probeEnded(probe);
        }
        if (state == State.ENDED) {
            next.close(CloseReason.NORMAL);
            return;
        }
        // It came after the socket was there, and overtook its word.
        polling.answer(EngineError.BAD_REQUEST.answer());
        socket = next;
        next.listen(this);
        for (ByteBuf frames = polling.takeFirst(); frames != null; frames = polling.takeFirst()) {
            next.write(frames);
        }
        next.flush();
        if (closing != null) {
            home.timeouts().cancel(heartbeat);
            next.close(closing);
        }
    }

    // What the client says, on either way

    @Override
    public void onText(ByteBuf packet) {
        if (state != State.OPEN) {
            return;
        }
        switch (packet.isReadable() ? packet.getByte(packet.readerIndex()) : 0) {
            case PacketType.MESSAGE -> {
                if (application != null) {
                    application.onText(packet.slice(packet.readerIndex() + 1, packet.readableBytes() - 1));
                }
            }
            case PacketType.PONG -> heartbeat.onPong();
            case PacketType.CLOSE -> onGoodbye();
            case PacketType.OPEN, PacketType.UPGRADE, PacketType.NOOP -> {
                // Nothing to do, and nothing wrong: engine.io takes them too.
            }
            default -> violated(CloseReason.PROTOCOL_ERROR);
        }
    }

    @Override
    public void onBinary(ByteBuf bytes) {
        if (state == State.OPEN && application != null) {
            application.onBinary(bytes);
        }
    }

    @Override
    public void onGone(int code) {
        end(code);
    }

    private void onGoodbye() {
        if (socket != null) {
            socket.close(CloseReason.NORMAL);
            end(NO_CODE);
            return;
        }
        goodbye = Promise.promise();
        state = State.CLOSING;
        home.timeouts().start(heartbeat, System.nanoTime(), OVERTAKEN);
        tellApplication(NO_CODE);
        if (polling.isAwaited()) {
            sayGoodbye();
        }
    }

    private void sayGoodbye() {
        releasePoll();
        end(NO_CODE);
    }

    /** The client broke a rule, or could not be served any more. */
    private void violated(CloseReason reason) {
        violated = true;
        if (socket != null) {
            socket.close(reason);
        }
        end(reason.code());
    }

    private void end(int code) {
        if (state == State.ENDED) {
            return;
        }
        state = State.ENDED;
        home.timeouts().cancel(heartbeat);
        home.ended(this);
        if (probe != null) {
            probe.end();
        }
        polling.answer(Polling.packet(PacketType.CLOSE));
        polling.clear();
        if (goodbye != null) {
            goodbye.complete(OK);
        }
        onEnd.run();
        tellApplication(code);
        if (gone != null) {
            gone.complete();
        }
    }

    private void tellApplication(int code) {
        EngineApplication.Listener told = application;
        application = null;
        if (told != null) {
            told.onClosed(code);
        }
    }

    /** The time the client did not answer a ping is over; a request that comes now comes too late. */
    boolean isOverdue() {
        return heartbeat.isDead(System.nanoTime());
    }

    void timeUp() {
        heartbeat.end();
    }

    /** When the next ping is due, or its answer; and when the session is closing, when that has taken long enough. */
    private final class Heartbeat extends Timeouts.Waiter {
        private boolean awaitsPong;

        boolean isDead(long now) {
            return awaitsPong && isOverdue(now);
        }

        @Override
        void timeUp() {
            if (state != State.OPEN || awaitsPong) {
                end();
            } else {
                ping();
            }
        }

        private void ping() {
            awaitsPong = true;
            // From when the ping was due: a client counts from there too, unless we were far too late.
            long now = System.nanoTime();
            boolean late = now - dueNanos() > terms.pingTimeout().toNanos();
            home.timeouts().start(this, late ? now : dueNanos(), terms.pingTimeout());
            if (application != null) {
                application.pinged();
            }
            write(Frames.packet(PacketType.PING, ""));
            flush();
        }

        void onPong() {
            if (awaitsPong) {
                awaitsPong = false;
                if (application != null) {
                    application.answered();
                }
                home.timeouts().start(this, System.nanoTime(), terms.pingInterval());
            }
        }

        void end() {
            if (state == State.OPEN) {
                violated(CloseReason.HEARTBEAT_TIMEOUT);
            } else {
                cutOff();
            }
        }
    }

    /** The client does not wait for what its WebSocket answers. */
    private final class PollDuringProbe extends Timeouts.Waiter {
        private final long poll;

        PollDuringProbe(long poll) {
            this.poll = poll;
        }

        @Override
        void timeUp() {
            if (polling.isAwaitedBy(poll)) {
                releasePoll();
            }
        }
    }
}
