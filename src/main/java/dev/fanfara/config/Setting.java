package dev.fanfara.config;

/**
 * One value from the command line. Immutable.
 *
 * @param path keys parted by dots, such as {@code server.port}
 * @param value JSON or a bare text, which takes the type of the key
 * @param flag what the user wrote, for messages: {@code --set server.port} or {@code --port}
 */
public record Setting(String path, String value, String flag) {}
