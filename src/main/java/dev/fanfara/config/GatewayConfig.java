package dev.fanfara.config;

import dev.fanfara.protocol.RoomName;
import dev.fanfara.protocol.RoomPattern;
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
        boolean demo,
        LoggingConfig logging) {
    /** The rule in force for a room; the last rule of the defaults matches every room. */
    public RoomRule ruleFor(RoomName room) {
        for (RoomRule rule : rooms) {
            if (rule.match().matches(room)) {
                return rule;
            }
        }
        return CLOSED;
    }

    /** Rooms that no rule names are closed to everyone. */
    private static final RoomRule CLOSED =
            new RoomRule(new RoomPattern("**"), RoomMode.PLAIN, PresenceMode.NONE, Access.NOBODY, Access.NOBODY);
}
