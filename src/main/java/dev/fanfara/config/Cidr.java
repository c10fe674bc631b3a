package dev.fanfara.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/**
 * A block of addresses, written {@code 10.0.0.0/8} or as a single address. Bits behind the prefix are cleared, and IPv6
 * addresses that only wrap an IPv4 address are taken as that: a socket open to both families reports its IPv4 peers so.
 * Immutable.
 *
 * @param prefix how many leading bits count: 0 to 32 for IPv4, 0 to 128 for IPv6
 */
public record Cidr(InetAddress network, int prefix) {
    private static final int MAPPED_BITS = 96;

    public Cidr {
        byte[] bytes = plain(network.getAddress());
        int bits = bytes.length * 8;
        int mapped = network.getAddress().length * 8 - bits;
        prefix -= mapped;
        if (prefix < 0 || prefix > bits) {
            throw new IllegalArgumentException("prefix: expected 0 to " + bits + ", was " + prefix);
        }
        for (int bit = prefix; bit < bits; bit++) {
            bytes[bit / 8] &= (byte) ~(0x80 >> (bit % 8));
        }
        network = address(bytes);
    }

    /** Reads literals only: a name would be asked of the DNS, and its answer may change. */
    public static Cidr parse(String text) {
        int slash = text.indexOf('/');
        String literal = slash < 0 ? text : text.substring(0, slash);
        InetAddress address = literal(literal);
        int bits = address.getAddress().length * 8;
        if (slash < 0) {
            return new Cidr(address, bits);
        }
        String prefix = text.substring(slash + 1);
        if (!prefix.matches("\\d{1,3}")) {
            throw new IllegalArgumentException("no prefix length");
        }
        boolean mapped = literal.indexOf(':') >= 0 && bits == 32;
        return new Cidr(address, Integer.parseInt(prefix) - (mapped ? MAPPED_BITS : 0));
    }

    public boolean contains(InetAddress address) {
        byte[] ours = network.getAddress();
        byte[] theirs = plain(address.getAddress());
        if (ours.length != theirs.length) {
            return false;
        }
        int whole = prefix / 8;
        if (!Arrays.equals(ours, 0, whole, theirs, 0, whole)) {
            return false;
        }
        int rest = prefix % 8;
        return rest == 0 || ((ours[whole] ^ theirs[whole]) & 0xFF & (0xFF00 >> rest)) == 0;
    }

    @Override
    public String toString() {
        return network.getHostAddress() + '/' + prefix;
    }

    private static InetAddress literal(String text) {
        boolean four = text.matches("(0|[1-9]\\d{0,2})(\\.(0|[1-9]\\d{0,2})){3}");
        boolean six = text.indexOf(':') >= 0 && text.matches("[0-9A-Fa-f:.]+");
        if (!four && !six) {
            throw new IllegalArgumentException("no address");
        }
        try {
            // Brackets keep the JDK from asking the DNS for what looks like an address and is none.
            return InetAddress.getByName(six ? '[' + text + ']' : text);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("no address", e);
        }
    }

    private static byte[] plain(byte[] address) {
        if (address.length != 16 || address[10] != -1 || address[11] != -1) {
            return address;
        }
        for (int i = 0; i < 10; i++) {
            if (address[i] != 0) {
                return address;
            }
        }
        return Arrays.copyOfRange(address, 12, 16);
    }

    private static InetAddress address(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("no address", e);
        }
    }
}
