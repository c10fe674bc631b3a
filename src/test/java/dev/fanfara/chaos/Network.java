package dev.fanfara.chaos;

import dev.fanfara.testing.GatewayProcess.Place;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A network namespace per node, each on two bridges: one to the clients, one to the other nodes, so that the second can
 * fail alone. Names carry this process's id; what a process left that is no more goes when the next begins.
 */
final class Network implements AutoCloseable {
    private static final String MARK = "ffx";
    /** Nobody has it; frames to it get lost. */
    private static final String NOBODY = "02:00:00:00:00:00";

    private final String name = MARK + ProcessHandle.current().pid();
    private final int subnet = (int) (ProcessHandle.current().pid() % 256);
    private final int size;

    private Network(int size) {
        this.size = size;
    }

    /** Empty where this process must not build one. */
    static Optional<Network> make(int size) {
        Network network = new Network(size);
        try {
            removeLeftovers();
            network.build();
            return Optional.of(network);
        } catch (IOException | UncheckedIOException | IllegalStateException refused) {
            System.out.println("no network of our own: " + refused.getMessage());
            network.close();
            return Optional.empty();
        }
    }

    private void build() throws IOException {
        ip("link", "add", clients(), "type", "bridge");
        ip("link", "add", peers(), "type", "bridge");
        ip("addr", "add", host() + "/24", "dev", clients());
        ip("link", "set", clients(), "up");
        ip("link", "set", peers(), "up");
        for (int node = 0; node < size; node++) {
            ip("netns", "add", space(node));
            ip("-n", space(node), "link", "set", "lo", "up");
            plug(node, clients(), "c", place(node).host());
            plug(node, peers(), "p", place(node).clusterHost());
        }
    }

    private void plug(int node, String bridge, String kind, String address) throws IOException {
        String outside = name + kind + node;
        ip("link", "add", outside, "type", "veth", "peer", "name", inside(kind), "netns", space(node));
        ip("link", "set", outside, "master", bridge, "up");
        ip("-n", space(node), "addr", "add", address + "/24", "dev", inside(kind));
        ip("-n", space(node), "link", "set", inside(kind), "up");
    }

    private static String inside(String kind) {
        return kind + "0";
    }

    private String clients() {
        return name + "C";
    }

    private String peers() {
        return name + "P";
    }

    private String space(int node) {
        return name + "-" + node;
    }

    /** Where this process is for the nodes. */
    String host() {
        return "198.18." + subnet + ".254";
    }

    /** Nodes that start from now on ask this DNS server for names. */
    void resolveBy(String server) throws IOException {
        for (int node = 0; node < size; node++) {
            Files.createDirectories(settings(node));
            Files.writeString(settings(node).resolve("resolv.conf"), "nameserver " + server + "\n");
        }
    }

    /** What lies there is bound over /etc in the namespace: see ip-netns(8). */
    private Path settings(int node) {
        return Path.of("/etc/netns", space(node));
    }

    List<Place> places() {
        List<Place> places = new ArrayList<>();
        for (int node = 0; node < size; node++) {
            places.add(place(node));
        }
        return places;
    }

    private Place place(int node) {
        return new Place(
                "198.18." + subnet + "." + (node + 1),
                "198.19." + subnet + "." + (node + 1),
                List.of("ip", "netns", "exec", space(node)));
    }

    /** No other node hears of it, nor it of them; clients still reach it. */
    void cutOff(int node) {
        mustDo("link", "set", name + "p" + node, "nomaster");
    }

    void reconnect(int node) {
        mustDo("link", "set", name + "p" + node, "master", peers());
    }

    /** What one says to the other gets lost; what the other says arrives. */
    void silence(int from, int to) {
        mustDo("-n", space(from), "neigh", "replace", place(to).clusterHost(), "lladdr", NOBODY, "dev", inside("p"));
    }

    void hear(int from, int to) {
        mustDo("-n", space(from), "neigh", "del", place(to).clusterHost(), "dev", inside("p"));
    }

    private static void mustDo(String... arguments) {
        try {
            ip(arguments);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static List<String> ip(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("ip"));
        command.addAll(Arrays.asList(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IllegalStateException(String.join(" ", command) + ": " + output.strip());
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
        return output.lines().toList();
    }

    /** Processes in it must have ended. */
    @Override
    public void close() {
        for (int node = 0; node < size; node++) {
            remove("netns", "del", space(node));
            forget(settings(node));
        }
        remove("link", "del", clients());
        remove("link", "del", peers());
    }

    private static void forget(Path settings) {
        try {
            Files.deleteIfExists(settings.resolve("resolv.conf"));
            Files.deleteIfExists(settings);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static void remove(String... arguments) {
        try {
            ip(arguments);
        } catch (IOException | IllegalStateException gone) {
            // It was not there.
        }
    }

    private static void removeLeftovers() throws IOException {
        for (String line : ip("netns", "list")) {
            String space = line.split(" ", 2)[0];
            if (isLeftover(space)) {
                for (String pid : ip("netns", "pids", space)) {
                    ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroyForcibly);
                }
                remove("netns", "del", space);
            }
        }
        for (String line : ip("-o", "link", "show", "type", "bridge")) {
            String bridge = line.split(": ", 3)[1];
            if (isLeftover(bridge)) {
                remove("link", "del", bridge);
            }
        }
    }

    private static boolean isLeftover(String name) {
        String pid = name.startsWith(MARK) ? name.substring(MARK.length()).split("[^0-9]", 2)[0] : "";
        return !pid.isEmpty() && !Files.exists(Path.of("/proc", pid));
    }
}
