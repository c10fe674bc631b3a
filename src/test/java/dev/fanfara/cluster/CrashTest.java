package dev.fanfara.cluster;

import static dev.fanfara.cluster.Await.until;
import static dev.fanfara.cluster.Await.within;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Three nodes in JVMs of their own, one of which is killed. */
class CrashTest {
    private static final int NODES = 3;

    private final List<Integer> ports = Nodes.freePorts(2 * NODES);
    private final List<Child> children = new ArrayList<>();

    @AfterEach
    void killAll() {
        children.forEach(Child::kill);
    }

    @Test
    void survivorsLoseNothingAndARestartedNodeIsReachableAgain() {
        Child a = start(0);
        Child b = start(1);
        Child c = start(2);
        until("all hear all", () -> a.hears(b) && a.hears(c) && b.hears(a) && b.hears(c) && c.hears(a) && c.hears(b));

        c.kill();
        within(
                Duration.ofSeconds(10),
                "both survivors miss it",
                () -> a.said("left " + c.nodeId()) && b.said("left " + c.nodeId()));
        long fromA = b.lastHeard(a);
        long fromB = a.lastHeard(b);
        until("survivors go on", () -> b.lastHeard(a) > fromA && a.lastHeard(b) > fromB);

        Child again = start(2);
        until("all hear all again", () -> a.hears(again) && b.hears(again) && again.hears(a) && again.hears(b));
        assertThat(a.lines).noneMatch(line -> line.startsWith("lost " + b.nodeId()));
        assertThat(b.lines).noneMatch(line -> line.startsWith("lost " + a.nodeId()));
    }

    private Child start(int n) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))));
        String logging = System.getProperty("logback.configurationFile");
        if (logging != null) {
            command.add("-Dlogback.configurationFile=" + logging);
        }
        command.addAll(List.of(NodeProcess.class.getName(), "crash-" + ports.get(0), port(n), port(n + NODES)));
        for (int member = 0; member < NODES; member++) {
            command.add(Nodes.HOST + ":" + port(member));
        }
        Child child = new Child(command);
        children.add(child);
        until("node " + n + " is ready", () -> child.any(line -> line.startsWith("ready ")));
        return child;
    }

    private String port(int index) {
        return Integer.toString(ports.get(index));
    }

    /** A node, by what it has printed so far. */
    private static final class Child {
        private final Process process;
        private final Queue<String> lines = new ConcurrentLinkedQueue<>();

        Child(List<String> command) {
            try {
                process = new ProcessBuilder(command).redirectErrorStream(true).start();
            } catch (IOException notStarted) {
                throw new UncheckedIOException(notStarted);
            }
            Thread reader = new Thread(this::read, "output of a node");
            reader.setDaemon(true);
            reader.start();
        }

        private void read() {
            try (BufferedReader output =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                output.lines().forEach(lines::add);
            } catch (IOException | UncheckedIOException killed) {
                lines.add("killed");
            }
        }

        /** As SIGKILL does: nothing is said to anybody. */
        void kill() {
            process.destroyForcibly();
        }

        String nodeId() {
            return lines.stream()
                    .filter(line -> line.startsWith("ready "))
                    .findFirst()
                    .orElseThrow()
                    .substring("ready ".length());
        }

        boolean any(Predicate<String> line) {
            return lines.stream().anyMatch(line);
        }

        boolean said(String line) {
            return any(line::equals);
        }

        boolean hears(Child other) {
            return lastHeard(other) > 0;
        }

        long lastHeard(Child other) {
            String start = "heard " + other.nodeId() + " ";
            return lines.stream()
                    .filter(line -> line.startsWith(start))
                    .mapToLong(line -> Long.parseLong(line.substring(start.length())))
                    .max()
                    .orElse(0);
        }
    }
}
