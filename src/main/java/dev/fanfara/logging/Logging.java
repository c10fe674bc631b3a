package dev.fanfara.logging;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import dev.fanfara.config.LogFormat;
import dev.fanfara.config.LogLevel;
import dev.fanfara.config.LoggingConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lines go to standard output through a bounded queue that drops when it is full: a blocked terminal or a full disk must
 * not stop the gateway. As a logback {@link Configurator} it is in force before the configuration is read.
 */
public final class Logging extends ContextAwareBase implements Configurator {
    private static final int QUEUED_LINES = 8192;
    /** Control characters would let a client write lines of its own. */
    private static final String PATTERN =
            "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level %logger{0} - %replace(%msg%replace( %kvp){'^ $',''})"
                    + "{'[\\p{Cntrl}&&[^\\t\\n]]','?'}%n";

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        apply(context, new LoggingConfig(LogLevel.WARN, LogFormat.TEXT, false));
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    /** Any thread. Lines already queued are written. */
    public static void apply(LoggingConfig config) {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            apply(context, config);
        }
    }

    private static void apply(LoggerContext context, LoggingConfig config) {
        context.reset();
        context.addTurboFilter(new ExitOnOutOfMemory());
        ch.qos.logback.classic.Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.valueOf(config.level().name()));
        root.addAppender(appender(context, config.format()));
        if (!root.getLevel().isGreaterOrEqual(Level.DEBUG)) {
            // At "trace" it tells the address of each request, with the query and what may be in it: a token.
            context.getLogger("io.vertx.ext.web").setLevel(Level.DEBUG);
        }
        if (root.getLevel().isGreaterOrEqual(Level.INFO)) {
            // At their own "info" they tell of each step of each start, and Netty of what a client sent.
            context.getLogger("com.hazelcast").setLevel(Level.WARN);
            context.getLogger("io.netty").setLevel(Level.WARN);
            // Vert.x registers some of its own meters twice.
            context.getLogger("io.micrometer").setLevel(Level.ERROR);
        }
    }

    private static AsyncAppender appender(LoggerContext context, LogFormat format) {
        ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
        console.setContext(context);
        console.setEncoder(encoder(context, format));
        console.start();
        AsyncAppender queue = new AsyncAppender();
        queue.setContext(context);
        queue.setQueueSize(QUEUED_LINES);
        queue.setDiscardingThreshold(0);
        queue.setNeverBlock(true);
        queue.addAppender(console);
        queue.start();
        return queue;
    }

    private static Encoder<ILoggingEvent> encoder(LoggerContext context, LogFormat format) {
        if (format == LogFormat.JSON) {
            JsonEncoder json = new JsonEncoder();
            json.setContext(context);
            json.setWithFormattedMessage(true);
            json.setWithMessage(false);
            json.setWithArguments(false);
            json.setWithSequenceNumber(false);
            json.setWithNanoseconds(false);
            json.setWithContext(false);
            json.setWithMarkers(false);
            json.setWithMDC(false);
            json.setWithKVPList(true);
            json.start();
            return json;
        }
        PatternLayoutEncoder text = new PatternLayoutEncoder();
        text.setContext(context);
        text.setPattern(PATTERN);
        text.start();
        return text;
    }
}
