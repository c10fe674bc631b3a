package dev.fanfara.config;

import java.net.InetAddress;

/** A block of addresses, written {@code 10.0.0.0/8} or as a single address. Immutable. */
public record Cidr(InetAddress network, int prefix) {
    public boolean contains(InetAddress address) {
        throw new UnsupportedOperationException("config helper writes this");
    }
}
