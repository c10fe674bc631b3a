package dev.fanfara.metrics;

import java.util.List;
import java.util.Map;

/**
 * What a node's meters show at one moment. Immutable.
 *
 * @param connections open ones by transport
 * @param latency how many deliveries took up to each of {@link #LATENCY_BOUNDS}, and longer than the one before
 * @param loopLagNanos of the latest event loop
 */
public record Readings(
        Map<String, Long> connections,
        long rooms,
        long members,
        long received,
        long sent,
        long published,
        long outboundBytes,
        List<Long> latency,
        long loopLagNanos) {
    /** In seconds; the last is infinite. */
    public static final List<Double> LATENCY_BOUNDS = LatencyHistogram.bounds();
}
