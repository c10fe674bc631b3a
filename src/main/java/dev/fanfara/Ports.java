package dev.fanfara;

import dev.fanfara.config.GatewayConfig;
import dev.fanfara.config.ServerConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

/**
 * The ports this process will listen on, with 0 replaced by free ones. Each is bound once and let go before anything
 * starts: a port in use must end the program while it is no member of a cluster yet.
 */
record Ports(int client, int management, int cluster, int eventBus) {

    /** Where clients come, as people tell nodes from each other: one that listens on every address has its machine's name. */
    static String address(ServerConfig server) {
        try {
            boolean everywhere = InetAddress.getByName(server.host()).isAnyLocalAddress();
            return (everywhere ? InetAddress.getLocalHost().getHostName() : server.host()) + ":" + server.port();
        } catch (UnknownHostException nameless) {
            return server.host() + ":" + server.port();
        }
    }

    /** @throws StartFailure that names the first port that cannot be had */
    static Ports probe(GatewayConfig config) {
        // All are held until the last is found, so that two zeros do not become one port.
        List<ServerSocket> held = new ArrayList<>();
        try {
            int client = hold(
                    held, "server.port", config.server().host(), config.server().port());
            int management = hold(
                    held,
                    "management.port",
                    config.management().host(),
                    config.management().port());
            int cluster = 0;
            int eventBus = 0;
            if (config.cluster().enabled()) {
                String host = config.cluster().host();
                cluster = hold(held, "cluster.port", host, config.cluster().port());
                eventBus = hold(
                        held, "cluster.eventBusPort", host, config.cluster().eventBusPort());
            }
            return new Ports(client, management, cluster, eventBus);
        } finally {
            held.forEach(Ports::release);
        }
    }

    private static int hold(List<ServerSocket> held, String key, String host, int port) {
        try {
            ServerSocket socket = new ServerSocket();
            held.add(socket);
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByName(host), port));
            return socket.getLocalPort();
        } catch (IOException failure) {
            throw new StartFailure(key + ": cannot listen on " + host + ":" + port + " (" + failure.getMessage() + ")");
        }
    }

    private static void release(ServerSocket socket) {
        try {
            socket.close();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }
}
