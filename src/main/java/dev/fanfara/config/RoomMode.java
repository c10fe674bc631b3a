package dev.fanfara.config;

/** What a room keeps: PLAIN nothing, LOG its last messages, STATE a JSON object and the last patches to it. */
public enum RoomMode {
    PLAIN,
    LOG,
    STATE
}
