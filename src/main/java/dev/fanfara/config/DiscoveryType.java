package dev.fanfara.config;

/** How cluster members find each other. */
public enum DiscoveryType {
    MEMBERS,
    DNS,
    MULTICAST
}
