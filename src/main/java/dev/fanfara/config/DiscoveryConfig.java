package dev.fanfara.config;

import dev.fanfara.json.Fields;
import dev.fanfara.json.Value;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where other members are looked for: {@code members} for type MEMBERS, {@code service} for DNS. Immutable.
 *
 * @param isWritten whether somebody listed the members
 */
public record DiscoveryConfig(
        DiscoveryType type, List<String> members, @Nullable String service, boolean isWritten) {
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
                        List.of("127.0.0.1:5701", "127.0.0.1:5702", "127.0.0.1:5703"),
                        "host:port of members, for type members; not all need to be up"),
                fields.optional("service", NetworkValues.HOST, "DNS name of all members, for type dns"),
                fields.has("members"));
        fields.check(
                discovery.type() != DiscoveryType.DNS || discovery.service() != null,
                "service",
                "the DNS name of a headless service when the type is dns",
                "type");
        return discovery;
    }
}
