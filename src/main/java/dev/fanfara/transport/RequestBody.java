package dev.fanfara.transport;

import dev.fanfara.memory.Intake;
import dev.fanfara.metrics.GatewayMetrics;
import dev.fanfara.protocol.ErrorCode;
import dev.fanfara.protocol.Refusal;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.function.Function;

/** Takes in a request's body, and never more of it than is allowed. Event loop only. */
public final class RequestBody {
    private final int limit;
    private final Intake intake;
    private final GatewayMetrics metrics;
    private final Promise<byte[]> whole = Promise.promise();
    private int taken;
    private Buffer received = Buffer.buffer();

    private RequestBody(int limit, Intake intake, GatewayMetrics metrics) {
        this.limit = limit;
        this.intake = intake;
        this.metrics = metrics;
    }

    /**
     * The request was paused when it came. Fails with a {@link Refusal}, or as the action does.
     *
     * @param action what the body is for; it counts as taken in until that is done
     */
    public static <T> Future<T> read(
            HttpServerRequest request,
            int limit,
            Intake intake,
            GatewayMetrics metrics,
            Function<byte[], Future<T>> action) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length != null && (length.length() > 10 || Long.parseLong(length) > limit)) {
            return Future.failedFuture(tooLarge(limit));
        }
        RequestBody body = new RequestBody(limit, intake, metrics);
        request.handler(body::take);
        request.endHandler(end -> body.whole.tryComplete(body.received.getBytes()));
        request.exceptionHandler(broken ->
                body.whole.tryFail(new Refusal(ErrorCode.BAD_REQUEST, "The body could not be read to its end")));
        if ("100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))) {
            request.response().writeContinue();
        }
        request.resume();
        return body.whole.future().compose(action).onComplete(done -> intake.giveBack(body.taken));
    }

    private static Refusal tooLarge(int limit) {
        return new Refusal(ErrorCode.TOO_LARGE, "Expected a body of at most " + limit + " bytes");
    }

    private void take(Buffer part) {
        if (whole.future().isComplete()) {
            return;
        }
        if (received.length() + part.length() > limit) {
            fail(tooLarge(limit));
        } else if (!intake.tryTake(part.length())) {
            metrics.refusedForMemory();
            fail(Intake.refusal());
        } else {
            taken += part.length();
            received.appendBuffer(part);
        }
    }

    private void fail(Refusal refusal) {
        received = Buffer.buffer();
        whole.tryFail(refusal);
    }
}
