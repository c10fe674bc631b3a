package dev.fanfara.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.auth.TokenRejected.Reason;
import dev.fanfara.config.AuthConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Waits for a verifier, once and not for ever, and says what it said. */
final class Verdicts {
    private Verdicts() {}

    static TokenVerifier verifier(Vertx vertx, AuthConfig config, InstantSource clock) {
        return await(TokenVerifier.create(vertx, config, null, clock));
    }

    static Identity accepted(TokenVerifier verifier, String token) {
        return await(verifier.verify(token));
    }

    static void assertRejected(TokenVerifier verifier, String token, Reason reason) {
        assertThat(reason(verifier.verify(token))).isEqualTo(reason);
    }

    static @Nullable Reason reason(Future<Identity> verdict) {
        try {
            verdict.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
            return null;
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof TokenRejected rejected) {
                return rejected.reason();
            }
            throw new AssertionError(failed.getCause());
        } catch (InterruptedException | TimeoutException late) {
            throw new AssertionError("no verdict in 10 s", late);
        }
    }

    static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof RuntimeException refused) {
                throw refused;
            }
            throw new AssertionError(failed.getCause());
        } catch (InterruptedException | TimeoutException late) {
            throw new AssertionError("nothing within 10 s", late);
        }
    }
}
