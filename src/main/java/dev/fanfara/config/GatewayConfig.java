package dev.fanfara.config;

import dev.fanfara.json.Fields;
import dev.fanfara.json.Value;
import dev.fanfara.protocol.RoomName;
import dev.fanfara.protocol.RoomPattern;
import io.vertx.core.json.JsonObject;
import java.util.List;

/** The whole configuration, defaults filled in. Immutable. */
public record GatewayConfig(
        ServerConfig server,
        ManagementConfig management,
        AuthConfig auth,
        ClusterConfig cluster,
        ConnectionsConfig connections,
        LimitsConfig limits,
        DrainConfig drain,
        List<RoomRule> rooms,
        List<RouteRule> routes,
        SocketIoConfig socketio,
        HooksConfig hooks,
        boolean demo,
        LoggingConfig logging) {
    private static final RoomPattern EVERY_ROOM = new RoomPattern("**");

    /** Rooms that no rule names are closed to everyone. */
    private static final RoomRule CLOSED =
            new RoomRule(EVERY_ROOM, RoomMode.PLAIN, PresenceMode.NONE, Access.NOBODY, Access.NOBODY);

    private static final RoomName DEMO_ROOM = new RoomName("demo");

    /** In front of all others while the demo runs: everybody sees the numbers, and only the feed makes them. */
    private static final RoomRule DEMO =
            new RoomRule(new RoomPattern("demo"), RoomMode.STATE, PresenceMode.COUNT, Access.ANYONE, Access.NOBODY);

    /** The rule in force for a room; the last rule of the defaults matches every room. */
    public RoomRule ruleFor(RoomName room) {
        if (demo && room.equals(DEMO_ROOM)) {
            return DEMO;
        }
        for (RoomRule rule : rooms) {
            if (rule.match().matches(room)) {
                return rule;
            }
        }
        return CLOSED;
    }

    /** The same with these ports in place of 0. */
    public GatewayConfig listeningOn(int clientPort, int managementPort) {
        return new GatewayConfig(
                server.on(clientPort),
                management.on(managementPort),
                auth,
                cluster,
                connections,
                limits,
                drain,
                rooms,
                routes,
                socketio,
                hooks,
                demo,
                logging);
    }

    /** @param demoByDefault true when there is no file, so that a first start has something to show */
    static GatewayConfig read(Fields fields, boolean demoByDefault) {
        fields.tolerate("$schema", "The schema this file follows, for editors");
        ServerConfig server = fields.object("server", ServerConfig::read, "The client port and who may reach it");
        ManagementConfig management =
                fields.object("management", ManagementConfig::read, "The management port: metrics, health, admin");
        AuthConfig auth = fields.object("auth", AuthConfig::read, "Which tokens and API keys are believed");
        Access access = auth.required() ? Access.TOKEN : Access.ANYONE;
        GatewayConfig config = new GatewayConfig(
                server,
                management,
                auth,
                fields.object("cluster", ClusterConfig::read, "Whether and how this node finds others"),
                fields.object("connections", ConnectionsConfig::read, "What one connection may cost"),
                fields.object("limits", LimitsConfig::read, "How much one client, user or address may do on this node"),
                fields.object("drain", DrainConfig::read, "How a node empties before it stops"),
                fields.objects(
                        "rooms",
                        rule -> RoomRule.read(rule, access),
                        List.of(new JsonObject()
                                .put("match", "**")
                                .put("mode", "plain")
                                .put("presence", "full")),
                        "Rules for rooms; the first match wins, a room that none matches is closed"),
                fields.objects(
                        "routes",
                        route -> RouteRule.read(route, auth.required() ? RouteAuth.REQUIRED : RouteAuth.NONE),
                        List.of(),
                        "Paths that are passed on to upstream services; the first match wins"),
                fields.object("socketio", SocketIoConfig::read, "How clients of Socket.IO are served"),
                fields.object("hooks", HooksConfig::read, "What a backend is asked, and told"),
                fields.value(
                        "demo",
                        Value.flag(),
                        demoByDefault,
                        "A feed of moving numbers into the room demo; on when there is no file"),
                fields.object("logging", LoggingConfig::read, "What is logged and in which shape"));
        config.checkPorts(fields);
        config.checkRooms(fields);
        config.checkRoutes(fields);
        config.warnOfOpenDoors(fields);
        return config;
    }

    private void checkPorts(Fields fields) {
        fields.check(
                differ(management.port(), server.port()),
                "management/port",
                "another port than server.port, or 0",
                "server/port");
        if (cluster.enabled()) {
            fields.check(
                    differ(cluster.port(), server.port()) && differ(cluster.port(), management.port()),
                    "cluster/port",
                    "another port than server.port and management.port, or 0",
                    "server/port",
                    "management/port");
            fields.check(
                    differ(cluster.eventBusPort(), server.port())
                            && differ(cluster.eventBusPort(), management.port())
                            && differ(cluster.eventBusPort(), cluster.port()),
                    "cluster/eventBusPort",
                    "another port than server.port, management.port and cluster.port, or 0",
                    "server/port",
                    "management/port",
                    "cluster/port");
        }
    }

    private static boolean differ(int port, int other) {
        return port == 0 || port != other;
    }

    private void checkRooms(Fields fields) {
        Uniqueness.check(
                fields, "rooms", "match", rooms.stream().map(RoomRule::match).toList());
        for (int i = 0; i < rooms.size() - 1; i++) {
            if (rooms.get(i).match().equals(EVERY_ROOM)) {
                fields.warn("rooms/" + (i + 1), "never used: rooms/" + i + " matches every room before");
            }
        }
    }

    private void checkRoutes(Fields fields) {
        Uniqueness.check(
                fields, "routes", "path", routes.stream().map(RouteRule::path).toList());
        for (int i = 0; i < routes.size(); i++) {
            for (int earlier = 0; earlier < i; earlier++) {
                if (routes.get(earlier).path().covers(routes.get(i).path())) {
                    fields.warn("routes/" + i, "never used: routes/" + earlier + " matches all its paths before");
                    break;
                }
            }
        }
    }

    private void warnOfOpenDoors(Fields fields) {
        if (!auth.required() && !NetworkValues.isLoopback(server.host())) {
            fields.warn(
                    "auth/required", "is false and server.host is no loopback address: whoever reaches it may enter");
        }
        if (management.adminToken() == null && !NetworkValues.isLoopback(management.host())) {
            fields.warn(
                    "management/adminToken",
                    "is not set and management.host is no loopback address: /admin/ answers 403");
        }
    }
}
