package dev.fanfara.config;

/** One JSON object a line, or text for a person. */
public enum LogFormat {
    JSON,
    TEXT
}
