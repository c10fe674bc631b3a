package dev.fanfara.bus;

/** A question that needs no words. */
public enum Nothing {
    NOTHING
}
