package dev.fanfara.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HazelcastSettingsTest {

    @Test
    void membersAreLookedForWhereTheListSaysAndNowhereElse() {
        JoinConfig join = join(new Discovery.Members(List.of("10.0.0.5:5701", "node-b:5701")));

        assertThat(join.getTcpIpConfig().isEnabled()).isTrue();
        assertThat(join.getTcpIpConfig().getMembers()).containsExactly("10.0.0.5:5701", "node-b:5701");
        assertThat(join.getMulticastConfig().isEnabled()).isFalse();
        assertThat(join.isAutoDetectionEnabled()).isFalse();
    }

    @Test
    void dnsAsksForTheServiceAndNotForTheKubernetesApi() {
        JoinConfig join = join(new Discovery.Dns("fanfara.default.svc.cluster.local", 5701));

        assertThat(join.getKubernetesConfig().isEnabled()).isTrue();
        assertThat(join.getKubernetesConfig().getProperties())
                .containsEntry("service-dns", "fanfara.default.svc.cluster.local")
                .containsEntry("service-port", "5701");
        assertThat(join.getTcpIpConfig().isEnabled()).isFalse();
        assertThat(join.getMulticastConfig().isEnabled()).isFalse();
    }

    @Test
    void multicastIsOnOnlyWhenAskedFor() {
        assertThat(join(new Discovery.Multicast()).getMulticastConfig().isEnabled())
                .isTrue();
    }

    @Test
    void emptyListOfClassesWouldAllowAll() {
        Config config = config(new Discovery.Multicast());

        assertThat(config.getSerializationConfig()
                        .getJavaSerializationFilterConfig()
                        .getWhitelist()
                        .isEmpty())
                .isFalse();
    }

    private static JoinConfig join(Discovery discovery) {
        return config(discovery).getNetworkConfig().getJoin();
    }

    private static Config config(Discovery discovery) {
        return HazelcastSettings.of(
                new ClusterOptions("fanfara", "127.0.0.1", 5701, 15701, discovery, 1, Map.of("shards", "4")));
    }
}
