package dev.fanfara.http;

import dev.fanfara.auth.Revocation;
import dev.fanfara.auth.Revocations;
import dev.fanfara.bus.Addresses;
import dev.fanfara.bus.Disconnect;
import dev.fanfara.bus.Nodes;
import dev.fanfara.memory.Intake;
import dev.fanfara.metrics.GatewayMetrics;
import dev.fanfara.protocol.ConnectionId;
import dev.fanfara.protocol.ErrorCode;
import dev.fanfara.protocol.Refusal;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Instant;

/** Ending what must end, on whichever node it is. One per event loop. */
final class AdminApi {
    private final Vertx vertx;
    private final Nodes nodes;
    private final Intake intake;
    private final GatewayMetrics metrics;

    AdminApi(Vertx vertx, HttpParts parts) {
        this.vertx = vertx;
        this.nodes = parts.nodes();
        this.intake = parts.memory().intake();
        this.metrics = parts.metrics();
    }

    /** {@code DELETE /api/connections/{id}}. */
    Future<Answer> disconnect(Call call) {
        ConnectionId id = new ConnectionId(call.ctx().pathParam("id"));
        return ended(new Disconnect(null, id)).map(ended -> {
            if (ended == 0) {
                throw Problem.notFound("There is no such connection");
            }
            return Answer.NOTHING;
        });
    }

    /** {@code DELETE /api/users/{user}/connections}. */
    Future<Answer> disconnectUser(Call call) {
        return ended(new Disconnect(call.user(), null)).map(Answer.NOTHING);
    }

    /** {@code POST /api/revocations}. */
    Future<Answer> revoke(Call call) {
        return JsonBody.read(
                        call.request(),
                        JsonBody.JSON,
                        RevocationBody.MAX_BYTES,
                        intake,
                        metrics,
                        bytes -> revoke(
                                call.settings().tokens().revocations(), RevocationBody.read(bytes, Instant.now())))
                .map(Answer.NOTHING);
    }

    /** A node that does not hear of it now finds it where it is kept, before it serves anybody or soon after. */
    private Future<?> revoke(Revocations revocations, Revocation revocation) {
        return revocations
                .keep(revocation)
                .compose(kept -> Addresses.askAll(vertx, nodes, Addresses.REVOKE, revocation));
    }

    /** How many; where a node was not heard and may have some, that is not known. */
    private Future<Integer> ended(Disconnect wanted) {
        return Addresses.askAll(vertx, nodes, Addresses.DISCONNECT, wanted).map(counts -> {
            int ended = counts.answers().stream().mapToInt(Integer::intValue).sum();
            boolean found = wanted.connection() != null && ended > 0;
            if (!found && !counts.complete()) {
                throw new Refusal(ErrorCode.UNAVAILABLE, "Not every node has answered");
            }
            return ended;
        });
    }
}
