package dev.fanfara.cluster;

import java.util.Map;

/** Another node, and what it says about itself. Immutable. A node that restarts is a new peer with a new id. */
public record Peer(String nodeId, Map<String, String> attributes) {

    public Peer {
        attributes = Map.copyOf(attributes);
    }
}
