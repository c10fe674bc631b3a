package dev.fanfara.config;

/** What a room keeps: PLAIN keeps nothing. */
public enum RoomMode {
    PLAIN
}
