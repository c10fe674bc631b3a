package dev.fanfara.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The real jar in a process of its own, on free ports, from "ready" to its end. */
public final class GatewayProcess implements AutoCloseable {
    private static final Pattern READY = Pattern.compile("ready client=\\S+:(\\d+) management=\\S+:(\\d+)");
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final long START_TIMEOUT_S = 60;
    private static final List<String> SERVE = List.of("serve", "--set", "server.port=0", "--set", "management.port=0");

    private final Place place;
    private final Process process;
    private final List<String> lines = Collections.synchronizedList(new ArrayList<>());
    private final CompletableFuture<Matcher> ready = new CompletableFuture<>();

    /**
     * Where in the network a node runs. Immutable.
     *
     * @param host where clients and scrapers reach it
     * @param clusterHost where other nodes do
     * @param command what starts a program there
     */
    public record Place(String host, String clusterHost, List<String> command) {
        public static final Place HERE = new Place("127.0.0.1", "127.0.0.1", List.of());
    }

    private GatewayProcess(Place place, Process process) {
        this.place = place;
        this.process = process;
        Thread reader = new Thread(this::read, "gateway-output");
        reader.setDaemon(true);
        reader.start();
    }

    /** {@code arguments} follow {@code serve} and ports 0; those that begin with {@code -X} are for the JVM. */
    public static GatewayProcess start(String... arguments) {
        GatewayProcess gateway = launch(Path.of(""), Map.of(), arguments);
        gateway.awaitReady();
        return gateway;
    }

    /** Does not wait; the working directory decides whether a {@code conf/fanfara.json} is found. */
    public static GatewayProcess launch(Path directory, Map<String, String> environment, String... arguments) {
        return launch(Place.HERE, directory, environment, arguments);
    }

    private static GatewayProcess launch(
            Place place, Path directory, Map<String, String> environment, String... arguments) {
        List<String> flags = new ArrayList<>(List.of("-Xmx512m"));
        Arrays.stream(arguments).filter(GatewayProcess::isFlag).forEach(flags::add);
        List<String> command = new ArrayList<>(place.command());
        command.addAll(Program.command(flags.toArray(new String[0])));
        command.addAll(SERVE);
        command.addAll(
                Arrays.stream(arguments).filter(argument -> !isFlag(argument)).toList());
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toAbsolutePath().toFile())
                .redirectErrorStream(true);
        builder.environment().putAll(environment);
        try {
            return new GatewayProcess(place, builder.start());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** As a node of a cluster, from its start to its end in peace. */
    static void runOnce(List<String> program) {
        List<String> command = new ArrayList<>(program);
        command.addAll(SERVE);
        command.addAll(
                List.of("--cluster", "--set", "cluster.port=" + freePorts(1).get(0)));
        command.addAll(List.of("--set", "cluster.eventBusPort=0", "--set", "drain.window=0s"));
        try (GatewayProcess gateway = new GatewayProcess(
                Place.HERE,
                new ProcessBuilder(command).redirectErrorStream(true).start())) {
            gateway.awaitReady();
            gateway.signal("TERM");
            gateway.awaitExit(START_TIMEOUT_S);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static boolean isFlag(String argument) {
        return argument.startsWith("-X");
    }

    /** Nodes of one cluster, started one after the other; each also gets {@code arguments}. */
    public static List<GatewayProcess> cluster(int size, String... arguments) {
        List<Integer> ports = freePorts(size);
        List<GatewayProcess> nodes = new ArrayList<>();
        for (int node = 0; node < size; node++) {
            nodes.add(joinCluster(ports, node, arguments));
        }
        return nodes;
    }

    /** Node {@code node} of a cluster whose members have these cluster ports. */
    public static GatewayProcess joinCluster(List<Integer> ports, int node, String... arguments) {
        GatewayProcess gateway = launchInCluster(Collections.nCopies(ports.size(), Place.HERE), ports, node, arguments);
        gateway.awaitReady();
        return gateway;
    }

    /** Does not wait. */
    public static GatewayProcess launchInCluster(
            List<Place> places, List<Integer> ports, int node, String... arguments) {
        List<String> members = new ArrayList<>();
        for (int i = 0; i < ports.size(); i++) {
            members.add("\"" + places.get(i).clusterHost() + ":" + ports.get(i) + "\"");
        }
        Place place = places.get(node);
        List<String> all = new ArrayList<>(List.of(
                "--cluster",
                "--set",
                "cluster.port=" + ports.get(node),
                "--set",
                "cluster.eventBusPort=0",
                "--set",
                "cluster.discovery={\"type\":\"members\",\"members\":[" + String.join(",", members) + "]}"));
        if (!place.equals(Place.HERE)) {
            all.addAll(List.of("--set", "server.host=" + place.host(), "--set", "management.host=" + place.host()));
            all.addAll(List.of("--set", "cluster.host=" + place.clusterHost()));
        }
        all.addAll(Arrays.asList(arguments));
        return launch(place, Path.of(""), Map.of(), all.toArray(new String[0]));
    }

    public static List<Integer> freePorts(int count) {
        List<ServerSocket> held = new ArrayList<>();
        List<Integer> ports = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                ServerSocket socket = new ServerSocket(0);
                held.add(socket);
                ports.add(socket.getLocalPort());
            }
            for (ServerSocket socket : held) {
                socket.close();
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return ports;
    }

    private void read() {
        try (BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                lines.add(line);
                Matcher found = READY.matcher(line);
                if (found.find()) {
                    ready.complete(found);
                }
            }
        } catch (IOException closed) {
            lines.add("output ended: " + closed.getMessage());
        }
        ready.completeExceptionally(new AssertionError("the gateway ended:\n" + output()));
    }

    public void awaitReady() {
        try {
            ready.get(START_TIMEOUT_S, TimeUnit.SECONDS);
        } catch (Exception failure) {
            process.destroyForcibly();
            throw new AssertionError("the gateway did not start:\n" + output(), failure);
        }
    }

    public String output() {
        synchronized (lines) {
            return String.join("\n", lines);
        }
    }

    public int port() {
        return Integer.parseInt(ready.join().group(1));
    }

    public int managementPort() {
        return Integer.parseInt(ready.join().group(2));
    }

    public String url() {
        return "http://" + host() + ":" + port();
    }

    public String host() {
        return place.host();
    }

    public HttpResponse<String> get(String path, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url() + path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return send(request.build());
    }

    public HttpResponse<String> post(String path, String json, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url() + path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return send(request.build());
    }

    public HttpResponse<String> management(String path) {
        return send(HttpRequest.newBuilder(URI.create("http://" + host() + ":" + managementPort() + path))
                .build());
    }

    /** The value of one sample of {@code /metrics}, as its line begins; -1 if there is none. */
    public double metric(String sample) {
        return management("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(sample + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .findFirst()
                .orElse(-1);
    }

    private static HttpResponse<String> send(HttpRequest request) {
        try {
            return HTTP.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError(interrupted);
        }
    }

    public long pid() {
        return process.pid();
    }

    /** {@code TERM}, {@code HUP}, {@code KILL}, … */
    public void signal(String name) {
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                    .inheritIO()
                    .start()
                    .waitFor();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    public void kill() {
        signal("KILL");
        awaitExit(10);
    }

    /** The exit code, or null if the process still runs after so many seconds. */
    public @Nullable Integer awaitExit(long seconds) {
        try {
            return process.waitFor(seconds, TimeUnit.SECONDS) ? process.exitValue() : null;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        awaitExit(10);
    }
}
