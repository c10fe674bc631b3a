package dev.fanfara.http;

import dev.fanfara.admission.Admission;
import dev.fanfara.bus.Nodes;
import dev.fanfara.hook.Hooks;
import dev.fanfara.memory.Memory;
import dev.fanfara.metrics.GatewayMetrics;
import dev.fanfara.rollout.Rollout;
import dev.fanfara.settings.LiveSettings;
import java.util.function.BooleanSupplier;

/**
 * What the instances of {@link HttpVerticle} share, one of each per node. Immutable.
 *
 * @param draining whether this node is about to stop, so that clients had better come back elsewhere
 */
public record HttpParts(
        LiveSettings live,
        Nodes nodes,
        GatewayMetrics metrics,
        Hooks hooks,
        Memory memory,
        Admission admission,
        HttpSockets sockets,
        ClusterStats stats,
        Assets assets,
        ApiContract api,
        Rollout rollout,
        BooleanSupplier draining) {}
