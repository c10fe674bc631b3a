package dev.fanfara.transport.engineio;

import dev.fanfara.bus.HttpAnswer;
import io.netty.buffer.ByteBuf;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * What waits for a client that polls, and its poll that waits for something. Frames stay what they are until a poll
 * takes them: most are shared with many others. Touched only by its session.
 */
final class Polling {
    static final String PLAIN = "text/plain; charset=UTF-8";
    /** In bytes. One frame may be longer, and is sent nevertheless. */
    private static final int MAX_ANSWER = 1024 * 1024;

    private static final int FEW = 2;

    private final Deque<ByteBuf> frames = new ArrayDeque<>(FEW);
    private long bytes;

    private @Nullable Promise<HttpAnswer> poll;
    private long pollId;

    void add(ByteBuf more) {
        bytes += more.readableBytes();
        frames.add(more);
    }

    long bytes() {
        return bytes;
    }

    boolean isEmpty() {
        return frames.isEmpty();
    }

    boolean isAwaited() {
        return poll != null;
    }

    boolean isAwaitedBy(long id) {
        return poll != null && pollId == id;
    }

    Future<HttpAnswer> await(long id) {
        Promise<HttpAnswer> waits = Promise.promise();
        poll = waits;
        pollId = id;
        return waits.future();
    }

    /** The poll gets as much as it can hold. */
    void answerFrames() {
        byte[] payload = Payload.write(frames, MAX_ANSWER);
        bytes = 0;
        frames.forEach(rest -> bytes += rest.readableBytes());
        answer(new HttpAnswer(200, PLAIN, payload));
    }

    void answer(HttpAnswer answer) {
        Promise<HttpAnswer> waits = poll;
        poll = null;
        if (waits != null) {
            waits.complete(answer);
        }
    }

    static HttpAnswer packet(byte type) {
        return HttpAnswer.of(200, PLAIN, String.valueOf((char) type));
    }

    @Nullable
    ByteBuf takeFirst() {
        return frames.poll();
    }

    void clear() {
        frames.forEach(ByteBuf::release);
        frames.clear();
        bytes = 0;
    }
}
