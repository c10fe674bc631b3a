package dev.fanfara.cluster;

import java.net.BindException;
import java.util.Objects;

/** Why a node could not start, told in one sentence that names the port. */
final class StartFailure {

    private StartFailure() {}

    static ClusterException ofHazelcast(ClusterOptions options, Throwable failure) {
        String place = options.host() + ":" + options.port();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof BindException) {
                return new ClusterException("cannot listen on cluster port " + place + ": " + cause.getMessage());
            }
        }
        return new ClusterException(
                "cannot join cluster '" + options.name() + "' from " + place + ": " + root(failure));
    }

    static ClusterException ofVertx(ClusterOptions options, Throwable failure) {
        if (failure instanceof ClusterException told) {
            return told;
        }
        String place = options.host() + ":" + options.eventBusPort();
        return new ClusterException("cannot listen on event bus port " + place + ": " + root(failure));
    }

    private static String root(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return Objects.requireNonNullElse(root.getMessage(), root.getClass().getSimpleName());
    }
}
