package dev.fanfara.cluster;

import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.MultiMapConfig;
import com.hazelcast.config.NetworkConfig;
import com.hazelcast.config.rest.RestConfig;

/**
 * The Hazelcast configuration of a node. Nothing is read from XML, and what matters is written out even where it is the
 * default today, since Hazelcast's defaults are made for another network: wide open, and patient for minutes.
 */
final class HazelcastSettings {
    /** A node not heard from for so long is out. */
    static final int MAX_SILENCE_SECONDS = 6;

    /** The longest a node that leaves waits until the others hold its data. */
    static final int MAX_LEAVE_SECONDS = 20;

    private HazelcastSettings() {}

    static Config of(ClusterOptions options) {
        Config config = new Config();
        config.setClusterName(options.name());
        // Names the threads. Two nodes in one JVM, as in tests, must differ.
        config.setInstanceName(options.name() + "-" + options.port());
        network(options, config);
        detection(config);
        operations(config);
        quiet(config);
        closed(config);
        structures(options, config);
        NodeAttributes.announce(options, config);
        return config;
    }

    private static void network(ClusterOptions options, Config config) {
        NetworkConfig network = config.getNetworkConfig();
        network.setPort(options.port());
        // The next free port would be one that no firewall rule and no member list knows.
        network.setPortAutoIncrement(false);
        // By default the cluster port is open on every interface, whatever address the node announces.
        config.setProperty("hazelcast.socket.bind.any", "false");
        // Bind address and announced address. An interface pattern would also drop all members given by host name.
        config.setProperty("hazelcast.local.localAddress", options.host());
        config.setProperty("hazelcast.local.publicAddress", options.host());
        discovery(options.discovery(), network.getJoin());
        // A member of the list that is down must not hold up the start of the others.
        network.getJoin().getTcpIpConfig().setConnectionTimeoutSeconds(2);
        config.setProperty("hazelcast.socket.connect.timeout.seconds", "2");
        // How long a name without addresses is asked again, and how long a join waits for the next before data moves.
        config.setProperty("hazelcast.wait.seconds.before.join", "1");
        // Give up with an error (another Hazelcast version answers) instead of trying for 5 minutes.
        config.setProperty("hazelcast.max.join.seconds", "30");
        // A member that dies during the join must not hold up the start for 2 minutes.
        config.setProperty("hazelcast.connect.all.wait.seconds", "10");
    }

    private static void discovery(Discovery discovery, JoinConfig join) {
        // Auto-detection asks the metadata services of every cloud, then falls back to multicast.
        join.getAutoDetectionConfig().setEnabled(false);
        join.getMulticastConfig().setEnabled(false);
        if (discovery instanceof Discovery.Members members) {
            join.getTcpIpConfig().setEnabled(true).setMembers(members.addresses());
        } else if (discovery instanceof Discovery.Dns dns) {
            // By DNS the plug-in needs no rights at the Kubernetes API, and no Kubernetes.
            join.getKubernetesConfig()
                    .setEnabled(true)
                    .setProperty("service-dns", dns.serviceName())
                    .setProperty("service-port", Integer.toString(dns.port()));
        } else {
            join.getMulticastConfig().setEnabled(true);
        }
    }

    private static void detection(Config config) {
        config.setProperty("hazelcast.heartbeat.interval.seconds", "1");
        // 60 s by default: a minute in which each publish to a room of the lost node fails.
        config.setProperty("hazelcast.max.no.heartbeat.seconds", Integer.toString(MAX_SILENCE_SECONDS));
        // The oldest node decides about the others. When it goes, its successor asks each of them so many times and
        // throws
        // out whoever still believes in it: 10 times are over after 50 ms, and as a node that left is noticed at
        // different moments, rolling restarts parted the cluster. 30 take longer than anybody may be silent.
        config.setProperty("hazelcast.mastership.claim.timeout.seconds", "30");
        // 5 and 2 minutes by default: so long would nodes that started at the same moment, or were parted, stay
        // strangers.
        config.setProperty("hazelcast.merge.first.run.delay.seconds", "5");
        config.setProperty("hazelcast.merge.next.run.delay.seconds", "2");
        // Two nodes that see the oldest but not each other would both stay, and their rooms stand still: one has to go.
        config.setProperty("hazelcast.partial.member.disconnection.resolution.heartbeat.count", "3");
    }

    private static void operations(Config config) {
        // A client waits for its ack; 60 s is no answer.
        config.setProperty("hazelcast.operation.call.timeout.millis", "8000");
        // A write whose copy was on a node that is lost is not asked again before this has passed.
        config.setProperty("hazelcast.operation.backup.timeout.millis", "2000");
        // The call timeout does not end retries. 30, most of them 500 ms apart, end after as long; 250 take 2 minutes.
        config.setProperty("hazelcast.invocation.max.retry.count", "30");
        // Without this a write whose backup never answered counts as done, and is lost if its node is.
        config.setProperty("hazelcast.operation.fail.on.indeterminate.state", "true");
        // It would block event loops; the rooms limit their own operations in flight.
        config.setProperty("hazelcast.backpressure.enabled", "false");
        // 10 minutes by default: no orchestrator waits so long before it kills.
        config.setProperty("hazelcast.graceful.shutdown.max.wait", Integer.toString(MAX_LEAVE_SECONDS));
        // The gateway drains first; Hazelcast's own hook would run beside it.
        config.setProperty("hazelcast.shutdownhook.enabled", "false");
    }

    private static void quiet(Config config) {
        // A gateway tells nobody that it exists.
        config.setProperty("hazelcast.phone.home.enabled", "false");
        config.setProperty("hazelcast.logging.type", "slf4j");
        config.setProperty("hazelcast.logging.emoji.enabled", "false");
        // Reports of machine load, for Hazelcast's support; ours are the metrics.
        config.setProperty("hazelcast.health.monitoring.level", "OFF");
        config.getMetricsConfig().setEnabled(false);
    }

    private static void closed(Config config) {
        config.getSerializationConfig().setJavaSerializationFilterConfig(JavaSerialization.allowed());
        // HTTP and memcache on the cluster port, and job submission: three doors nobody uses.
        config.setRestConfig(new RestConfig().setEnabled(false));
        config.getNetworkConfig().getMemcacheProtocolConfig().setEnabled(false);
        config.getJetConfig().setEnabled(false).setResourceUploadEnabled(false);
        // Further sockets for clients and WAN.
        config.getAdvancedNetworkConfig().setEnabled(false);
    }

    private static void structures(ClusterOptions options, Config config) {
        config.addMapConfig(new MapConfig("default")
                .setBackupCount(options.backups())
                // Counted on every operation, read by nobody.
                .setStatisticsEnabled(false));
        config.addMapConfig(SharedSessions.structure(options.backups()));
        config.addMultiMapConfig(new MultiMapConfig("default")
                .setBackupCount(options.backups())
                // The event bus registers an address once however often it is repeated.
                .setValueCollectionType(MultiMapConfig.ValueCollectionType.SET)
                .setStatisticsEnabled(false));
    }
}
