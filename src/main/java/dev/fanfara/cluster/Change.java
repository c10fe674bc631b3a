package dev.fanfara.cluster;

/** What can happen to the cluster around a node. Immutable. */
public sealed interface Change {

    /** A peer is a member and its event bus answers. Its parts may still be starting: let a newcomer ask, not be told. */
    record Joined(Peer peer) implements Change {}

    /** A peer has left, died or is cut off; it may join again under the same id when a partition heals. */
    record Left(Peer peer) implements Change {}

    /** This node was on the smaller side of a partition and is back: shared data is the other side's now. */
    record Merged() implements Change {}
}
