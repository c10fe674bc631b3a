package dev.fanfara.connection;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.fanfara.auth.Identity;
import dev.fanfara.protocol.ConnectionId;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ClosingsTest {
    private final LoggerContext context = new LoggerContext();
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private final Closings closings = new Closings(context.getLogger("test"));

    @BeforeEach
    void listen() {
        lines.start();
        context.getLogger("test").addAppender(lines);
        context.getLogger("test").setLevel(Level.INFO);
    }

    @Test
    void aStormIsAFewLinesAndANumber() {
        long second = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
        for (int i = 0; i < 1_000; i++) {
            close();
        }
        closings.tick(second);
        closings.tick(second);

        assertThat(lines.list).hasSize(Closings.LINES_PER_SECOND + 1);
        assertThat(text(Closings.LINES_PER_SECOND)).isEqualTo("more connections closed [connections=\"950\"]");

        close();
        assertThat(lines.list).hasSize(Closings.LINES_PER_SECOND + 2);
    }

    @Test
    void whatIsNotLoggedIsNotCounted() {
        context.getLogger("test").setLevel(Level.WARN);
        for (int i = 0; i < 1_000; i++) {
            close();
        }
        closings.tick(System.nanoTime() + TimeUnit.SECONDS.toNanos(1));

        assertThat(lines.list).isEmpty();
    }

    private void close() {
        closings.log(
                ConnectionId.random(),
                Identity.anonymous("anon-1", false),
                WireFormat.WEBSOCKET,
                "192.0.2.1",
                System.currentTimeMillis(),
                new Traffic(),
                0,
                1000,
                "Closed by the client");
    }

    private String text(int line) {
        ILoggingEvent event = lines.list.get(line);
        return event.getFormattedMessage() + " " + event.getKeyValuePairs();
    }
}
