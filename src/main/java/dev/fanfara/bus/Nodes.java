package dev.fanfara.bus;

import java.util.List;

/** Who is in the cluster right now. Any thread. */
public interface Nodes {
    NodeRef self();

    /** The other members, as the cluster sees them; some may just be starting. */
    List<NodeRef> peers();
}
