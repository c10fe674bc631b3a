package dev.fanfara.cluster;

import static java.util.stream.Collectors.toUnmodifiableMap;

import com.hazelcast.cluster.Member;
import com.hazelcast.config.Config;
import com.hazelcast.config.MemberAttributeConfig;
import com.hazelcast.core.HazelcastInstance;
import io.vertx.core.net.SocketAddress;
import java.util.List;
import java.util.Map;

/** What the nodes tell each other by Hazelcast member attributes, which travel with the membership itself. */
final class NodeAttributes {
    /** Set by vertx-hazelcast when it joins. */
    private static final String NODE_ID = "__vertx.nodeId";

    private static final String BUS_HOST = "__fanfara.busHost";
    private static final String BUS_PORT = "__fanfara.busPort";

    private NodeAttributes() {}

    static void announce(ClusterOptions options, Config config) {
        MemberAttributeConfig attributes = config.getMemberAttributeConfig();
        options.attributes().forEach(attributes::setAttribute);
        attributes.setAttribute(BUS_HOST, options.host());
        attributes.setAttribute(BUS_PORT, Integer.toString(options.eventBusPort()));
    }

    /** The nodes among the members, oldest first. Any other program that speaks Hazelcast and joined is not one. */
    static List<Member> nodes(HazelcastInstance hazelcast) {
        return hazelcast.getCluster().getMembers().stream()
                .filter(member -> member.getAttribute(NODE_ID) != null && member.getAttribute(BUS_PORT) != null)
                .toList();
    }

    static String nodeId(Member member) {
        return member.getAttribute(NODE_ID);
    }

    static SocketAddress bus(Member member) {
        return SocketAddress.inetSocketAddress(
                Integer.parseInt(member.getAttribute(BUS_PORT)), member.getAttribute(BUS_HOST));
    }

    static Peer peer(Member member) {
        return new Peer(
                nodeId(member),
                member.getAttributes().entrySet().stream()
                        .filter(attribute -> !attribute.getKey().startsWith("__"))
                        .collect(toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue)));
    }
}
