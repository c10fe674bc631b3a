/**
 * The nodes and how they reach each other: membership by Hazelcast, an event bus routed by that membership, who the peers
 * are and when they come and go. Knows nothing of rooms, connections or messages.
 */
@NullMarked
package dev.fanfara.cluster;

import org.jspecify.annotations.NullMarked;
