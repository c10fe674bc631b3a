package dev.fanfara.bench;

import java.nio.charset.StandardCharsets;
import java.util.Random;

/** What publishers say: a member of a JSON object, with room for a stamp near its beginning. Immutable. */
public final class Payload {
    private static final int VARIANTS = 8;
    private static final int LARGEST = 16 * 1024 * 1024;
    private static final String[] PANELS = {"cpu", "memory", "requests", "errors", "latency", "disk", "queue", "cache"};

    private final String kind;
    private final int size;
    private final byte[] head;
    private final byte[][] tails;

    private Payload(String kind, int size, String head, String... tails) {
        this.kind = kind;
        this.size = size;
        this.head = ascii(head);
        this.tails = new byte[tails.length][];
        for (int i = 0; i < tails.length; i++) {
            this.tails[i] = ascii(tails[i]);
        }
    }

    /** A {@code text} of so many bytes. */
    public static Payload text(int size) {
        require("--payload", size, Stamp.LENGTH);
        return new Payload("text", size, "\"text\":\"", "x".repeat(size - Stamp.LENGTH) + '"');
    }

    /** A {@code data} of so many bytes of JSON, as repetitive as a dashboard's; several, so that they are not all alike. */
    public static Payload json(int size) {
        String head = "{\"stamp\":\"";
        String foot = "\",\"points\":[]}";
        require("--json-payload", size, head.length() + Stamp.LENGTH + foot.length());
        String[] tails = new String[VARIANTS];
        for (int i = 0; i < VARIANTS; i++) {
            tails[i] = points(size - head.length() - Stamp.LENGTH, new Random(i));
        }
        return new Payload("json", size, "\"data\":" + head, tails);
    }

    private static String points(int length, Random random) {
        StringBuilder json = new StringBuilder("\",\"points\":[");
        long time = 1_767_225_600_000L;
        while (true) {
            String point = (json.charAt(json.length() - 1) == '[' ? "" : ",") + "{\"t\":" + time + ",\"panel\":\""
                    + PANELS[random.nextInt(PANELS.length)] + "\",\"value\":" + random.nextInt(10_000) / 100.0 + '}';
            if (json.length() + point.length() + "]}".length() > length) {
                break;
            }
            json.append(point);
            time += 1_000;
        }
        return json.append("]}").append(" ".repeat(length - json.length())).toString();
    }

    private static void require(String option, int size, int least) {
        if (size < least || size > LARGEST) {
            throw new IllegalArgumentException(
                    option + ": expected " + least + " (a stamp must fit in) to " + LARGEST + " bytes, was " + size);
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    String kind() {
        return kind;
    }

    int size() {
        return size;
    }

    /** What comes before the stamp. */
    byte[] head() {
        return head;
    }

    /** What comes behind it in this message. */
    byte[] tail(long sequence) {
        return tails[(int) (sequence % tails.length)];
    }
}
