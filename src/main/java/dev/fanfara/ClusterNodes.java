package dev.fanfara;

import dev.fanfara.bus.NodeRef;
import dev.fanfara.bus.Nodes;
import dev.fanfara.cluster.Cluster;
import dev.fanfara.cluster.Peer;
import java.util.List;
import java.util.Map;

/** The cluster's members as the bus wants to know them: each tells how many event loops it has. Any thread. */
final class ClusterNodes implements Nodes {
    private static final String LOOPS = "loops";

    private final Cluster cluster;
    private final NodeRef self;
    /** Asked for with every publication, so it is made once per change of the cluster. */
    private volatile Known known = new Known(List.of(), List.of());

    private record Known(List<Peer> members, List<NodeRef> peers) {}

    ClusterNodes(Cluster cluster, int loops) {
        this.cluster = cluster;
        self = new NodeRef(cluster.nodeId(), loops);
    }

    /** What this node tells the others when it joins. */
    static Map<String, String> attributes(int loops) {
        return Map.of(LOOPS, Integer.toString(loops));
    }

    @Override
    public NodeRef self() {
        return self;
    }

    @Override
    public List<NodeRef> peers() {
        List<Peer> members = cluster.peers();
        Known now = known;
        if (now.members() != members) {
            now = new Known(members, members.stream().map(ClusterNodes::peer).toList());
            known = now;
        }
        return now.peers();
    }

    private static NodeRef peer(Peer member) {
        return new NodeRef(member.nodeId(), Integer.parseInt(member.attributes().getOrDefault(LOOPS, "1")));
    }
}
