package dev.fanfara.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.fanfara.protocol.ErrorCode;
import dev.fanfara.protocol.Refusal;
import dev.fanfara.protocol.RoomName;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EndpointTest {
    private static final StateRequest QUESTION = new StateRequest(new RoomName("dash:a"));

    private final Vertx vertx = Vertx.vertx();

    @BeforeEach
    void register() {
        Addresses.registerCodecs(vertx.eventBus());
    }

    @AfterEach
    void stop() {
        vertx.close().await();
    }

    @Test
    void refusalArrivesAsItWasMade() {
        Refusal refusal = new Refusal(ErrorCode.RATE_LIMITED, "Rate limit exceeded", Duration.ofSeconds(7));

        assertThat(answerTo(refusal)).isSameAs(refusal);
    }

    @Test
    void whatNobodyForesawIsInternal() {
        assertThat(answerTo(new IllegalStateException("secret")))
                .asInstanceOf(type(Refusal.class))
                .satisfies(refusal -> {
                    assertThat(refusal.code()).isEqualTo(ErrorCode.INTERNAL);
                    assertThat(refusal.sentence()).isEqualTo("Internal error");
                });
    }

    @Test
    void whereNobodyServesItIsUnavailable() {
        assertThat(ask())
                .asInstanceOf(type(Refusal.class))
                .extracting(Refusal::code)
                .isEqualTo(ErrorCode.UNAVAILABLE);
    }

    @Test
    void refusalCrossesTheWireWithItsTime() {
        Refusal timed = overTheWire(new Refusal(ErrorCode.UNAVAILABLE, "é", Duration.ofMillis(1500)));
        Refusal plain = overTheWire(new Refusal(ErrorCode.CONFLICT, "No"));

        assertThat(timed.code()).isEqualTo(ErrorCode.UNAVAILABLE);
        assertThat(timed.sentence()).isEqualTo("é");
        assertThat(timed.retryAfter()).isEqualTo(Duration.ofMillis(1500));
        assertThat(plain.code()).isEqualTo(ErrorCode.CONFLICT);
        assertThat(plain.retryAfter()).isNull();
    }

    private @Nullable Throwable answerTo(RuntimeException failure) {
        Addresses.STATE
                .serve(vertx, "n1", 0, request -> Future.failedFuture(failure))
                .await();
        return ask();
    }

    private @Nullable Throwable ask() {
        return Addresses.STATE
                .ask(vertx, "n1", 0, QUESTION)
                .transform(done -> Future.succeededFuture(done.cause()))
                .await();
    }

    private static Refusal overTheWire(Refusal refusal) {
        BusCodec<Refused> codec = new BusCodec<>(Refused.CODEC, Refused::write, Refused::read);
        Buffer wire = Buffer.buffer();
        codec.encodeToWire(wire, new Refused(refusal));
        return codec.decodeFromWire(0, wire).refusal();
    }
}
