package dev.fanfara.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class EventReaderTest {
    private static final long PATIENCE_MS = 60_000;

    @Test
    void eventsAndPlacesComeOneByOne() throws Exception {
        try (EventReader events = new EventReader(
                stream("retry: 3000\n\n:\n\nevent: message\ndata: {\"a\":1}\n\nid: AQ\n\n:\n\nevent: left\n"),
                PATIENCE_MS)) {
            assertThat(events.next()).isEqualTo(new EventReader.Event("message", "{\"a\":1}", null));
            assertThat(events.next()).isEqualTo(new EventReader.Event("", "", "AQ"));
            assertThat(events.next()).as("an event that was cut off is none").isNull();
        }
    }

    /** A host that was switched off says nothing, not even that. */
    @Test
    void aSilentStreamEnds() throws Exception {
        try (PipedOutputStream other = new PipedOutputStream();
                InputStream stream = new Interruptible(new PipedInputStream(other));
                EventReader events = new EventReader(stream, 1)) {
            assertThat(events.next()).isNull();
        }
    }

    private static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Ends when it is closed, as an answer of the HTTP client does. */
    private static final class Interruptible extends InputStream {
        private final InputStream in;
        private volatile boolean closed;

        Interruptible(InputStream in) {
            this.in = in;
        }

        @Override
        public int read() throws IOException {
            while (!closed && in.available() == 0) {
                Thread.onSpinWait();
            }
            return closed ? -1 : in.read();
        }

        @Override
        public int read(byte[] to, int from, int length) throws IOException {
            int next = read();
            if (next < 0) {
                return -1;
            }
            to[from] = (byte) next;
            return 1;
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
