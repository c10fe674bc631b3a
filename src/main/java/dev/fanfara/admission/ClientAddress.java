package dev.fanfara.admission;

import dev.fanfara.config.Cidr;
import io.netty.util.NetUtil;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a client is: the address limits are counted by. Immutable.
 *
 * <p>Each proxy appends to {@code X-Forwarded-For} the address it was called from, so only the part that trusted proxies
 * wrote can be believed. We walk from our own peer to the left for as long as the writer is trusted; what lies beyond is
 * the client's invention.
 */
public record ClientAddress(InetAddress address) {
    /** A peer without an address speaks through a socket of this machine's file system. */
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    /** An IPv6 subscriber is given at least this much of the address space, so an address alone counts nobody. */
    private static final int IPV6_GROUP_BYTES = 8;

    public static ClientAddress of(SocketAddress peer, List<String> forwardedFor, List<Cidr> trustedProxies) {
        String host = peer.hostAddress();
        InetAddress client = host == null ? null : parse(host);
        if (client == null) {
            client = LOOPBACK;
        }
        if (!isTrusted(client, trustedProxies)) {
            return new ClientAddress(client);
        }
        for (String hop : hops(forwardedFor)) {
            if (!isTrusted(client, trustedProxies)) {
                break;
            }
            InetAddress before = parse(withoutPort(hop));
            if (before == null) {
                break;
            }
            client = before;
        }
        return new ClientAddress(client);
    }

    /** Nearest first. Several headers of one name count as one list (RFC 9110 section 5.3). */
    private static List<String> hops(List<String> forwardedFor) {
        List<String> hops = new ArrayList<>();
        for (String header : forwardedFor) {
            Collections.addAll(hops, header.split(",", -1));
        }
        Collections.reverse(hops);
        return hops;
    }

    private static boolean isTrusted(InetAddress address, List<Cidr> trustedProxies) {
        for (Cidr block : trustedProxies) {
            if (block.contains(address)) {
                return true;
            }
        }
        return false;
    }

    /** {@code 192.0.2.1:1234} and {@code [2001:db8::1]:1234} are what some load balancers write. */
    private static String withoutPort(String hop) {
        String text = hop.strip();
        int colon = text.indexOf(':');
        if (text.startsWith("[")) {
            int end = text.indexOf(']');
            return end < 0 ? "" : text.substring(1, end);
        }
        return colon >= 0 && colon == text.lastIndexOf(':') ? text.substring(0, colon) : text;
    }

    /** Literals only: a name would be looked up. */
    private static @Nullable InetAddress parse(String literal) {
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(literal);
        if (bytes == null) {
            return null;
        }
        try {
            // An IPv4-mapped IPv6 address becomes the IPv4 address it stands for.
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException wrongLength) {
            return null;
        }
    }

    /** What is counted as one client: an IPv4 address, or the /64 an IPv6 address lies in. */
    public String group() {
        byte[] bytes = address.getAddress();
        if (bytes.length == 4) {
            return address.getHostAddress();
        }
        StringBuilder group = new StringBuilder(24);
        for (int i = 0; i < IPV6_GROUP_BYTES; i += 2) {
            int word = (bytes[i] & 0xff) << 8 | (bytes[i + 1] & 0xff);
            group.append(Integer.toHexString(word)).append(':');
        }
        return group.append(":/64").toString();
    }

    @Override
    public String toString() {
        return address.getHostAddress();
    }
}
