package dev.fanfara.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.Inet6Address;
import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CidrTest {
    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8,10.255.1.2,true",
        "10.0.0.0/8,11.0.0.0,false",
        "10.1.2.3/8,10.9.9.9,true",
        "192.168.0.0/23,192.168.1.255,true",
        "192.168.0.0/23,192.168.2.0,false",
        "0.0.0.0/0,203.0.113.9,true",
        "0.0.0.0/0,::1,false",
        "127.0.0.1,127.0.0.1,true",
        "127.0.0.1,127.0.0.2,false",
        "fd00::/8,fdab::1,true",
        "fd00::/8,fe80::1,false",
        "2001:db8::/33,2001:db8:7fff::1,true",
        "2001:db8::/33,2001:db8:8000::1,false",
        "::1,::1,true",
        "::/0,2001:db8::1,true",
        "::ffff:10.0.0.0/104,10.1.2.3,true",
        "::ffff:10.0.0.0/104,11.1.2.3,false",
        "::ffff:10.0.0.1,10.0.0.1,true"
    })
    void blockContainsItsAddresses(String cidr, String address, boolean inside) throws Exception {
        assertThat(Cidr.parse(cidr).contains(InetAddress.getByName(address))).isEqualTo(inside);
    }

    @Test
    void wrappedIpv4AddressIsTakenAsIpv4() throws Exception {
        byte[] wrapped = new byte[16];
        wrapped[10] = wrapped[11] = -1;
        wrapped[12] = 10;
        InetAddress address = Inet6Address.getByAddress("", wrapped, 0);
        assertThat(address).isInstanceOf(Inet6Address.class);

        assertThat(Cidr.parse("10.0.0.0/8").contains(address)).isTrue();
        assertThat(new Cidr(address, 104)).isEqualTo(Cidr.parse("10.0.0.0/8"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "10.0.0.0/33",
                "10.0.0/8",
                "10.0.0.256",
                "10.0.0.0/",
                "10.0.0.0/-1",
                "010.0.0.1",
                "localhost",
                "cafe",
                "::1/129",
                "::ffff:10.0.0.0/8",
                "fe80::1%eth0",
                "1::2::3",
                "10.0.0.0/8/8"
            })
    void otherTextIsRefusedWithoutAskingTheDns(String text) {
        assertThatThrownBy(() -> Cidr.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void bitsBehindThePrefixDoNotCount() {
        assertThat(Cidr.parse("10.1.2.3/8")).isEqualTo(Cidr.parse("10.0.0.0/8")).hasToString("10.0.0.0/8");
    }
}
