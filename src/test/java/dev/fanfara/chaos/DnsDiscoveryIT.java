package dev.fanfara.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fanfara.testing.Eventually;
import dev.fanfara.testing.GatewayProcess;
import dev.fanfara.testing.GatewayProcess.Place;
import dev.fanfara.testing.TestClient;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Nodes that know each other by one name only, each on a host of its own, as in Kubernetes. */
class DnsDiscoveryIT {
    private static final int SIZE = 3;
    private static final int PORT = 5701;
    private static final String SERVICE = "fanfara.cluster.test";

    @Test
    void nodesFindEachOtherByTheNameOfTheirServiceAlsoLater() throws Exception {
        Optional<Network> made = Network.make(SIZE);
        assumeTrue(made.isPresent(), "network namespaces");
        List<GatewayProcess> nodes = new ArrayList<>();
        try (Network network = made.get();
                NameServer names = new NameServer(network.host())) {
            network.resolveBy(network.host());
            try {
                for (int node = 0; node < SIZE; node++) {
                    names.add(network.places().get(node).clusterHost());
                    nodes.add(start(network.places(), node));
                    int so = node + 1;
                    Eventually.holds(() -> assertThat(nodes)
                            .allSatisfy(each -> assertThat(each.metric("fanfara_cluster_members"))
                                    .isEqualTo(so)));
                }
                try (TestClient first = TestClient.connect(nodes.get(0));
                        TestClient last = TestClient.connect(nodes.get(2))) {
                    last.join("lobby");
                    first.join("lobby");
                    first.says("{'type':'message','room':'lobby','text':'found you'}");
                    assertThat(last.hears("message").getString("text")).isEqualTo("found you");
                }
            } finally {
                nodes.forEach(GatewayProcess::close);
            }
        }
    }

    private static GatewayProcess start(List<Place> places, int node) {
        GatewayProcess gateway = GatewayProcess.launchInCluster(
                places,
                Collections.nCopies(SIZE, PORT),
                node,
                "--no-demo",
                "--set",
                "cluster.discovery.type=dns",
                "--set",
                "cluster.discovery.service=" + SERVICE);
        gateway.awaitReady();
        return gateway;
    }
}
