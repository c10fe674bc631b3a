package dev.fanfara.bus;

import dev.fanfara.metrics.Readings;
import dev.fanfara.settings.Reloads;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a node tells operators of itself. Immutable.
 *
 * @param address where its clients come
 * @param uptimeMs also the time its readings are of
 * @param notReady why clients had better go elsewhere; empty if they need not
 * @param config the hash of the configuration in force
 */
public record NodeReport(
        String node,
        String version,
        String address,
        long uptimeMs,
        boolean draining,
        String notReady,
        String config,
        long heapUsed,
        long heapMax,
        Readings readings,
        List<Reloads.Reload> reloads) {
    static void write(WireWriter out, NodeReport report) {
        Readings readings = report.readings;
        out.text(report.node)
                .text(report.version)
                .text(report.address)
                .number(report.uptimeMs)
                .flag(report.draining)
                .text(report.notReady)
                .text(report.config)
                .number(report.heapUsed)
                .number(report.heapMax)
                .list(
                        readings.connections().entrySet(),
                        (to, open) -> to.text(open.getKey()).number(open.getValue()))
                .number(readings.rooms())
                .number(readings.members())
                .number(readings.received())
                .number(readings.sent())
                .number(readings.published())
                .number(readings.outboundBytes())
                .list(readings.latency(), WireWriter::number)
                .number(readings.loopLagNanos())
                .list(
                        report.reloads,
                        (to, reload) -> to.number(reload.at())
                                .text(reload.source())
                                .flag(reload.taken())
                                .text(reload.hash())
                                .text(reload.sentence()));
    }

    static NodeReport read(WireReader in) {
        return new NodeReport(
                in.text(),
                in.text(),
                in.text(),
                in.number(),
                in.flag(),
                in.text(),
                in.text(),
                in.number(),
                in.number(),
                readings(in),
                in.list(each -> new Reloads.Reload(each.number(), each.text(), each.flag(), each.text(), each.text())));
    }

    private static Readings readings(WireReader in) {
        Map<String, Long> connections = new TreeMap<>();
        in.list(each -> Map.entry(each.text(), each.number()))
                .forEach(open -> connections.put(open.getKey(), open.getValue()));
        return new Readings(
                connections,
                in.number(),
                in.number(),
                in.number(),
                in.number(),
                in.number(),
                in.number(),
                in.list(WireReader::number),
                in.number());
    }
}
