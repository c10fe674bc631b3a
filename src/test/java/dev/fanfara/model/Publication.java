package dev.fanfara.model;

/** The name every publication of a story carries: who said it where, and as its how manieth. */
final class Publication {
    static final String NAME = "_name";

    private Publication() {}

    static String name(String room, String client, long number) {
        return room + "/" + client + "/" + number;
    }

    static String roomOf(String name) {
        return name.substring(0, name.indexOf('/'));
    }

    static String authorOf(String name) {
        return name.substring(0, name.lastIndexOf('/'));
    }

    static long numberOf(String name) {
        return Long.parseLong(name.substring(name.lastIndexOf('/') + 1));
    }
}
