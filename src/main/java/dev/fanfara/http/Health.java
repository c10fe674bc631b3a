package dev.fanfara.http;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What Kubernetes asks a node. Immutable.
 *
 * @param live if not, only a restart helps
 * @param ready if not, clients are better off elsewhere for now
 * @param started if not, it is too early to ask the other two
 */
public record Health(List<HealthCheck> live, List<HealthCheck> ready, List<HealthCheck> started) {
    private static final Logger LOG = LoggerFactory.getLogger(Health.class);

    /** All checks must be up; each is told, with its reason if it is down. */
    static JsonObject report(List<HealthCheck> checks) {
        boolean up = true;
        JsonArray each = new JsonArray();
        for (HealthCheck check : checks) {
            HealthCheck.Result result = look(check);
            up &= result.up();
            JsonObject line = new JsonObject().put("name", check.name()).put("status", status(result.up()));
            if (result.reason() != null) {
                line.put("reason", result.reason());
            }
            each.add(line);
        }
        return new JsonObject().put("status", status(up)).put("checks", each);
    }

    /** Of those that are down; empty if none is. */
    static String reasons(List<HealthCheck> checks) {
        return checks.stream()
                .map(check -> look(check).reason())
                .filter(Objects::nonNull)
                .collect(Collectors.joining("; "));
    }

    private static HealthCheck.Result look(HealthCheck check) {
        try {
            return check.look().get();
        } catch (RuntimeException failure) {
            LOG.error("health check {} failed", check.name(), failure);
            return HealthCheck.Result.down("the check itself failed");
        }
    }

    private static String status(boolean up) {
        return up ? "UP" : "DOWN";
    }
}
