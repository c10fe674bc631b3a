package dev.fanfara.cluster;

import static dev.fanfara.cluster.Await.await;

/** What the tests say over the bus: each node can be asked for its name. */
final class Talk {

    private Talk() {}

    static String address(Cluster node) {
        return "fanfara.test." + node.nodeId() + ".0";
    }

    static void answer(Cluster node, String name) {
        await(node.vertx()
                .eventBus()
                .consumer(address(node), message -> message.reply(name))
                .completion());
    }

    static String ask(Cluster from, Cluster to) {
        return await(from.vertx().eventBus().<String>request(address(to), "")).body();
    }
}
