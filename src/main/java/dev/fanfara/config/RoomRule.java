package dev.fanfara.config;

import dev.fanfara.protocol.RoomPattern;

/** What holds for the rooms a pattern matches; the first match wins. Immutable. */
public record RoomRule(RoomPattern match, RoomMode mode, PresenceMode presence, Access join, Access publish) {}
