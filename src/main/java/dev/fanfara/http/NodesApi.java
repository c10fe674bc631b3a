package dev.fanfara.http;

import dev.fanfara.bus.Addresses;
import dev.fanfara.bus.Gathered;
import dev.fanfara.bus.NodeReport;
import dev.fanfara.bus.Nothing;
import dev.fanfara.metrics.Readings;
import dev.fanfara.settings.Reloads;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import java.util.function.Function;

/** How the nodes of the cluster are, each as it tells itself. */
final class NodesApi {
    private final Vertx vertx;
    private final HttpParts parts;
    private final Operations operations;

    NodesApi(Vertx vertx, HttpParts parts, Operations operations) {
        this.vertx = vertx;
        this.parts = parts;
        this.operations = operations;
    }

    /** From now on other nodes may ask this one. */
    Future<Void> start() {
        String self = parts.nodes().self().id();
        return Addresses.NODE_REPORT.serve(vertx, self, 0, question -> Future.succeededFuture(report()));
    }

    private NodeReport report() {
        Runtime process = Runtime.getRuntime();
        return new NodeReport(
                parts.nodes().self().id(),
                operations.version(),
                operations.address(),
                ManagementFactory.getRuntimeMXBean().getUptime(),
                parts.draining().getAsBoolean(),
                Health.reasons(operations.health().ready()),
                parts.live().current().hash(),
                process.totalMemory() - process.freeMemory(),
                process.maxMemory(),
                operations.readings().get(),
                operations.reloads().latest());
    }

    /** {@code GET /admin/api/nodes}. */
    Future<Answer> nodes(Call call) {
        JsonArray bounds = new JsonArray(Readings.LATENCY_BOUNDS.stream()
                .filter(bound -> !bound.isInfinite())
                .toList());
        return ask(NodesApi::node).map(answer -> Answer.of(answer.put("latencyBounds", bounds)));
    }

    private static JsonObject node(NodeReport report) {
        Readings readings = report.readings();
        return new JsonObject()
                .put("node", report.node())
                .put("version", report.version())
                .put("address", report.address())
                .put("uptimeMs", report.uptimeMs())
                .put("draining", report.draining())
                .put("ready", report.notReady().isEmpty())
                .put("notReady", report.notReady())
                .put("config", report.config())
                .put("heap", new JsonObject().put("used", report.heapUsed()).put("max", report.heapMax()))
                .put("connections", new JsonObject(Map.copyOf(readings.connections())))
                .put("rooms", readings.rooms())
                .put("members", readings.members())
                .put("received", readings.received())
                .put("sent", readings.sent())
                .put("published", readings.published())
                .put("outboundBytes", readings.outboundBytes())
                .put("latency", new JsonArray(readings.latency()))
                .put("loopLagMs", readings.loopLagNanos() / 1e6);
    }

    /** {@code GET /admin/api/config/reloads}. */
    Future<Answer> reloads(Call call) {
        return ask(NodesApi::reloads).map(Answer::of);
    }

    private static JsonObject reloads(NodeReport report) {
        JsonArray reloads = new JsonArray();
        for (Reloads.Reload reload : report.reloads()) {
            reloads.add(new JsonObject()
                    .put("at", Instant.ofEpochMilli(reload.at()))
                    .put("source", reload.source())
                    .put("taken", reload.taken())
                    .put("hash", reload.hash())
                    .put("sentence", reload.sentence()));
        }
        return new JsonObject()
                .put("node", report.node())
                .put("address", report.address())
                .put("config", report.config())
                .put("reloads", reloads);
    }

    private Future<JsonObject> ask(Function<NodeReport, JsonObject> view) {
        return Addresses.askNodes(vertx, parts.nodes(), Addresses.NODE_REPORT, Nothing.NOTHING)
                .map(reports -> answer(reports, view));
    }

    private JsonObject answer(Gathered<NodeReport> reports, Function<NodeReport, JsonObject> view) {
        JsonArray nodes = new JsonArray();
        reports.answers().stream()
                .sorted(Comparator.comparing(NodeReport::address).thenComparing(NodeReport::node))
                .forEach(report -> nodes.add(view.apply(report)));
        return new JsonObject()
                .put("self", parts.nodes().self().id())
                .put("nodes", nodes)
                .put("complete", reports.complete())
                .put(
                        "missing",
                        new JsonArray(reports.missing().stream().sorted().toList()));
    }
}
