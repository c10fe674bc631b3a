package dev.fanfara.http;

import dev.fanfara.config.AppliedConfig;
import dev.fanfara.memory.Intake;
import dev.fanfara.metrics.GatewayMetrics;
import dev.fanfara.protocol.ErrorCode;
import dev.fanfara.rollout.PlanRefused;
import dev.fanfara.rollout.Rollout;
import dev.fanfara.trace.RequestTrace;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of all nodes: what is in force, what a document would change, and changing it. A document is written
 * like the file. Event loop only.
 */
final class ConfigApi {
    private static final int MAX_NOTE_LENGTH = 200;

    private final Rollout rollout;
    private final Intake intake;
    private final GatewayMetrics metrics;

    ConfigApi(Rollout rollout, Intake intake, GatewayMetrics metrics) {
        this.rollout = rollout;
        this.intake = intake;
        this.metrics = metrics;
    }

    /** {@code GET /admin/api/config}: what {@link Rollout#status} tells. */
    Future<Answer> status(Call call) {
        return rollout.status().map(Answer::of);
    }

    /** {@code POST /admin/api/config/plan}, the body being the document: what {@link Rollout#plan} tells. */
    Future<Answer> plan(Call call) {
        return body(call, document -> rollout.plan(document).map(Answer::of));
    }

    /**
     * {@code POST /admin/api/config/apply?version=&note=}, the body being the document: what {@link Rollout#status} tells;
     * 409 if {@code version} is not the one in force, 422 with the plan if a node cannot live with it, 503 if one does
     * not answer.
     */
    Future<Answer> apply(Call call) {
        Long after = version(call);
        String note = call.request().getParam("note", "");
        if (note.length() > MAX_NOTE_LENGTH) {
            throw Problem.badRequest("note: expected at most " + MAX_NOTE_LENGTH + " characters");
        }
        return body(call, document -> orPlan(call, rollout.apply(document, note, after)));
    }

    /** {@code POST /admin/api/config/rollback?version=}: what {@link Rollout#status} tells; 0 stands for the nodes' files. */
    Future<Answer> rollback(Call call) {
        call.request().resume();
        Long version = version(call);
        if (version == null) {
            throw Problem.badRequest("version: expected the number of an earlier version, or 0 for the files");
        }
        return orPlan(call, rollout.rollback(version));
    }

    private Future<Answer> body(Call call, Function<String, Future<Answer>> action) {
        return JsonBody.read(
                call.request(),
                JsonBody.JSON,
                AppliedConfig.MAX_BYTES,
                intake,
                metrics,
                bytes -> action.apply(new String(bytes, StandardCharsets.UTF_8)));
    }

    private static Future<Answer> orPlan(Call call, Future<JsonObject> outcome) {
        return outcome.map(Answer::of).recover(failure -> {
            if (failure instanceof PlanRefused refused) {
                Problem problem = new Problem(422, ErrorCode.BAD_REQUEST, String.valueOf(refused.getMessage()));
                String requestId = RequestTrace.id(call.request().response());
                return Future.succeededFuture(Answer.of(problem, requestId, refused.plan()));
            }
            return Future.failedFuture(failure);
        });
    }

    private static @Nullable Long version(Call call) {
        String text = call.request().getParam("version");
        if (text == null) {
            return null;
        }
        try {
            long version = Long.parseLong(text);
            if (version >= 0) {
                return version;
            }
        } catch (NumberFormatException none) {
            // The same sentence as for a negative one.
        }
        throw Problem.badRequest("version: expected a number from 0");
    }
}
