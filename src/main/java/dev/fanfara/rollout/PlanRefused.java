package dev.fanfara.rollout;

import io.vertx.core.json.JsonObject;

/** A configuration that at least one node cannot live with; no node has it. Has no stack trace: the fault is in the document. */
public final class PlanRefused extends RuntimeException {
    private final transient JsonObject plan;

    PlanRefused(JsonObject plan) {
        super("at least one node cannot live with this configuration; nothing was changed", null, false, false);
        this.plan = plan;
    }

    /** As {@link Rollout#plan} tells it. */
    public JsonObject plan() {
        return plan;
    }
}
