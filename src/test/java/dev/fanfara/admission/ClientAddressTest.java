package dev.fanfara.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.config.Cidr;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientAddressTest {
    private static final List<Cidr> PROXIES = List.of(block("10.0.0.0", 8), block("2001:db8:ff::", 48));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                // peer | X-Forwarded-For | client
                "203.0.113.9 | - | 203.0.113.9",
                "203.0.113.9 | 198.51.100.1 | 203.0.113.9",
                "10.0.0.1 | - | 10.0.0.1",
                "10.0.0.1 | 198.51.100.1 | 198.51.100.1",
                "10.0.0.1 | 1.1.1.1, 198.51.100.1 | 198.51.100.1",
                "10.0.0.1 | 1.1.1.1, 198.51.100.1, 10.9.9.9 | 198.51.100.1",
                "10.0.0.1 | 10.1.1.1, 10.2.2.2 | 10.1.1.1",
                "10.0.0.1 | 198.51.100.1:4711 | 198.51.100.1",
                "10.0.0.1 | [2001:db8::5]:4711 | 2001:db8:0:0:0:0:0:5",
                "10.0.0.1 | 2001:db8::5 | 2001:db8:0:0:0:0:0:5",
                "10.0.0.1 | ::ffff:198.51.100.1 | 198.51.100.1",
                "2001:db8:ff::1 | 198.51.100.1 | 198.51.100.1",
                "10.0.0.1 | 198.51.100.1, unknown | 10.0.0.1",
                "10.0.0.1 | 198.51.100.1, | 10.0.0.1",
                "10.0.0.1 | 198.51.100.1, evil.example, 10.3.3.3 | 10.3.3.3",
                "10.0.0.1 | [::1 | 10.0.0.1",
                "10.0.0.1 | 999.1.1.1 | 10.0.0.1",
            })
    void clientIsTheRightmostAddressThatIsNoTrustedProxy(String peer, String header, String client) {
        List<String> headers = header == null ? List.of() : List.of(header);

        assertThat(from(peer, headers)).hasToString(client);
    }

    @Test
    void severalHeadersAreOneList() {
        assertThat(from("10.0.0.1", List.of("1.1.1.1", "198.51.100.1, 10.2.2.2")))
                .hasToString("198.51.100.1");
    }

    @Test
    void ipv6CountsByItsNetworkAndMappedIpv4AsIpv4() {
        assertThat(from("2001:db8:1:2::1", List.of()).group())
                .isEqualTo(from("2001:db8:1:2:ffff::9", List.of()).group())
                .isNotEqualTo(from("2001:db8:1:3::1", List.of()).group());
        assertThat(from("::ffff:203.0.113.9", List.of()).group())
                .isEqualTo(from("203.0.113.9", List.of()).group());
        assertThat(from("203.0.113.9", List.of()).group())
                .isNotEqualTo(from("203.0.113.10", List.of()).group());
    }

    private static ClientAddress from(String peer, List<String> headers) {
        return ClientAddress.of(SocketAddress.inetSocketAddress(4711, peer), headers, PROXIES);
    }

    private static Cidr block(String network, int prefix) {
        try {
            return new Cidr(InetAddress.getByName(network), prefix);
        } catch (UnknownHostException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
