package dev.fanfara.config;

import dev.fanfara.json.Fields;
import dev.fanfara.json.Value;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where other members are looked for: {@code members} for type MEMBERS, {@code service} for DNS. Immutable. */
public record DiscoveryConfig(
        DiscoveryType type, List<String> members, @Nullable String service) {
    private static final List<String> ON_ONE_MACHINE = List.of("127.0.0.1:5701", "127.0.0.1:5702", "127.0.0.1:5703");

    static DiscoveryConfig read(Fields fields) {
        DiscoveryConfig discovery = new DiscoveryConfig(
                fields.value(
                        "type",
                        Value.word(DiscoveryType.class),
                        "members",
                        "A list of members, the DNS name of a headless service, or multicast"),
                fields.list(
                        "members",
                        NetworkValues.MEMBER_ADDRESS,
                        ON_ONE_MACHINE,
                        "host:port of members, for type members; not all need to be up"),
                fields.optional("service", NetworkValues.HOST, "DNS name of all members, for type dns"));
        fields.check(
                discovery.type() != DiscoveryType.DNS || discovery.service() != null,
                "service",
                "the DNS name of a headless service when the type is dns",
                "type");
        return discovery;
    }

    /** Nobody chose these members: one of them, or two, are a developer's cluster, of which none is missing. */
    boolean isDefault() {
        return type == DiscoveryType.MEMBERS && members.equals(ON_ONE_MACHINE);
    }
}
