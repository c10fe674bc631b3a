package dev.fanfara.bus;

import dev.fanfara.protocol.ErrorCode;
import dev.fanfara.protocol.Refusal;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import java.time.Duration;

/** A {@link Refusal} on its way to the one who asked. A reply of this class makes the question fail with it. Immutable. */
final class Refused extends ReplyException {
    static final String CODEC = "fanfara.refused";
    static final DeliveryOptions DELIVERY = new DeliveryOptions().setCodecName(CODEC);

    private static final long NO_RETRY = -1;

    private final Refusal refusal;

    Refused(Refusal refusal) {
        super(ReplyFailure.RECIPIENT_FAILURE, refusal.code().ordinal(), refusal.sentence());
        this.refusal = refusal;
    }

    Refusal refusal() {
        return refusal;
    }

    static void write(WireWriter out, Refused refused) {
        Refusal refusal = refused.refusal;
        Duration retryAfter = refusal.retryAfter();
        out.integer(refusal.code().ordinal())
                .text(refusal.sentence())
                .number(retryAfter == null ? NO_RETRY : retryAfter.toMillis());
    }

    static Refused read(WireReader in) {
        ErrorCode[] codes = ErrorCode.values();
        int code = in.integer();
        String sentence = in.text();
        long retryAfter = in.number();
        return new Refused(new Refusal(
                // A newer node may have a reason this one does not know.
                code >= 0 && code < codes.length ? codes[code] : ErrorCode.INTERNAL,
                sentence,
                retryAfter == NO_RETRY ? null : Duration.ofMillis(retryAfter)));
    }
}
