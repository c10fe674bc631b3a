package dev.fanfara.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What should not happen in a load test: closes and error replies, counted, with the words of the first. Any thread. */
final class Incidents {
    /** {@code hint} says which setting to look at, and may be empty. */
    record Incident(String what, String words, String hint, long count) {}

    private final Map<String, Incident> closes = new TreeMap<>();
    private final Map<String, Incident> errors = new TreeMap<>();

    synchronized void closed(int code, String reason) {
        count(closes, Integer.toString(code), reason, hintForClose(code, reason));
    }

    synchronized void error(String code, String sentence) {
        count(errors, code, sentence, hintForError(code));
    }

    private static void count(Map<String, Incident> incidents, String what, String words, String hint) {
        incidents.merge(
                what,
                new Incident(what, words, hint, 1),
                (before, one) -> new Incident(what, before.words(), before.hint(), before.count() + 1));
    }

    synchronized List<Incident> closes() {
        return new ArrayList<>(closes.values());
    }

    synchronized List<Incident> errors() {
        return new ArrayList<>(errors.values());
    }

    synchronized boolean anyCloses() {
        return !closes.isEmpty();
    }

    static String hintForClose(int code, String reason) {
        return switch (code) {
            case 1008 ->
                switch (reason) {
                    case "Too many connections" ->
                        "raise limits.connectionsPerIp, and limits.connectionsPerUser with a token";
                    case "Flood" -> "raise limits.messages, or add --publishers";
                    default -> "see --token";
                };
            case 1009 -> "raise connections.maxMessageSize";
            case 4002 -> "the load is more than somebody could take: lower it, or raise connections.outboundBudget";
            case 4003 -> "the generator or the network was too slow to answer pings";
            default -> "";
        };
    }

    static String hintForError(String code) {
        return switch (code) {
            case "rate-limited" -> "raise limits.messages of the gateway, add --publishers, or lower --rate";
            case "limit" -> "raise limits.roomsPerConnection, limits.roomsPerNode or limits.roomsPerUser";
            case "too-large" -> "raise connections.maxMessageSize";
            case "forbidden", "unauthorized" ->
                "the token must allow to join and to publish in the rooms of --room-prefix";
            default -> "";
        };
    }
}
