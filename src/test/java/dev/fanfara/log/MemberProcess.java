package dev.fanfara.log;

import com.hazelcast.core.HazelcastInstance;
import dev.fanfara.cluster.Cluster;
import dev.fanfara.cluster.ClusterOptions;
import dev.fanfara.cluster.Discovery;
import dev.fanfara.cluster.Majority;
import dev.fanfara.cluster.Nodes;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A node in a JVM of its own, that holds rooms for others. */
final class MemberProcess {
    private MemberProcess() {}

    /** Arguments: cluster name, port, event bus port, members. Ends when its input does, that is with its parent. */
    public static void main(String[] args) throws IOException {
        ClusterOptions options = new ClusterOptions(
                args[0],
                Nodes.HOST,
                Integer.parseInt(args[1]),
                Integer.parseInt(args[2]),
                new Discovery.Members(Arrays.asList(args).subList(3, args.length)),
                1,
                Map.of());
        Cluster cluster = Cluster.start(
                        options,
                        new VertxOptions().setEventLoopPoolSize(1),
                        Vertx.builder(),
                        new Majority(1, 1),
                        ClusteredRoomLogs.structures(1, Standing.ALWAYS),
                        joining -> {})
                .await();
        HazelcastInstance hazelcast = cluster.hazelcast().orElseThrow();
        new ClusteredRoomLogs(cluster.vertx(), hazelcast, () -> 100_000);
        while (System.in.read() >= 0) {}
        Runtime.getRuntime().halt(0);
    }

    static Process start(ClusterOptions options, String... jvm) throws IOException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:+UseSerialGC"));
        command.addAll(List.of(jvm));
        command.addAll(
                List.of("-cp", System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))));
        String logging = System.getProperty("logback.configurationFile");
        if (logging != null) {
            command.add("-Dlogback.configurationFile=" + logging);
        }
        command.addAll(List.of(
                MemberProcess.class.getName(),
                options.name(),
                Integer.toString(options.port()),
                Integer.toString(options.eventBusPort())));
        command.addAll(((Discovery.Members) options.discovery()).addresses());
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(new File("target/members.log")))
                .start();
    }
}
