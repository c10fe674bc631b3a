package dev.fanfara.cluster;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * The main program of a node in a JVM of its own. It sends numbers to each peer all the time, and prints what happens:
 * {@code ready <own id>}, {@code joined <id>}, {@code left <id>}, {@code heard <id> <number>} now and then, and
 * {@code lost <id> <expected> <got>} for each gap.
 */
final class NodeProcess {
    private static final int EVERY_MILLIS = 10;
    private static final int REPORT_EACH = 20;

    private final Cluster cluster;
    /** Touched only by the cluster's event loop. */
    private final Map<String, Long> sent = new HashMap<>();
    /** Touched only by the consumer's event loop. */
    private final Map<String, Long> expected = new HashMap<>();

    private NodeProcess(Cluster cluster) {
        this.cluster = cluster;
    }

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
                        new VertxOptions().setEventLoopPoolSize(2),
                        Vertx.builder(),
                        new Majority(1, 1),
                        config -> {},
                        joining -> {})
                .await();
        new NodeProcess(cluster).run();
        while (System.in.read() >= 0) {}
        Runtime.getRuntime().halt(0);
    }

    private void run() {
        Vertx vertx = cluster.vertx();
        vertx.eventBus().<String>consumer(address(cluster.nodeId()), message -> heard(message.body()));
        cluster.onChange(change -> {
            if (change instanceof Change.Joined joined) {
                say("joined " + joined.peer().nodeId());
            } else if (change instanceof Change.Left left) {
                say("left " + left.peer().nodeId());
            }
        });
        cluster.peers().forEach(peer -> say("joined " + peer.nodeId()));
        vertx.setPeriodic(EVERY_MILLIS, timer -> cluster.peers().forEach(this::send));
        say("ready " + cluster.nodeId());
    }

    private void send(Peer peer) {
        long number = sent.merge(peer.nodeId(), 1L, Long::sum);
        cluster.vertx().eventBus().send(address(peer.nodeId()), cluster.nodeId() + " " + number);
    }

    private void heard(String message) {
        String from = message.substring(0, message.indexOf(' '));
        long number = Long.parseLong(message.substring(from.length() + 1));
        long due = expected.getOrDefault(from, number);
        if (number != due) {
            say("lost " + from + " " + due + " " + number);
        }
        if (number % REPORT_EACH == 0) {
            say("heard " + from + " " + number);
        }
        expected.put(from, number + 1);
    }

    private static String address(String node) {
        return "fanfara.test." + node + ".0";
    }

    private static void say(String line) {
        System.out.println(line);
    }
}
