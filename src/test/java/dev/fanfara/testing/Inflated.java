package dev.fanfara.testing;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/** What a client makes of a deflated message that refers to no other: RFC 7692 section 7.2.2. */
public final class Inflated {
    private static final byte[] TAIL = {0, 0, (byte) 0xFF, (byte) 0xFF};
    /** The end of a stream, which a message has not. */
    private static final byte[] EMPTY_LAST_BLOCK = {3, 0};

    private Inflated() {}

    public static String text(byte[] deflated) {
        Inflater fresh = new Inflater(true);
        InputStream stream = new SequenceInputStream(
                new ByteArrayInputStream(deflated),
                new SequenceInputStream(new ByteArrayInputStream(TAIL), new ByteArrayInputStream(EMPTY_LAST_BLOCK)));
        try (InputStream text = new InflaterInputStream(stream, fresh)) {
            return new String(text.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } finally {
            fresh.end();
        }
    }
}
