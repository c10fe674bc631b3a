package dev.fanfara.cli;

import dev.fanfara.bench.Bench;
import dev.fanfara.bench.BenchFailure;
import dev.fanfara.bench.BenchOptions;
import dev.fanfara.bench.Dialect;
import dev.fanfara.bench.Payload;
import dev.fanfara.bench.Plan;
import dev.fanfara.bench.Result;
import dev.fanfara.bench.Target;
import dev.fanfara.config.LogFormat;
import dev.fanfara.config.LogLevel;
import dev.fanfara.config.LoggingConfig;
import dev.fanfara.logging.Logging;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;
import sun.misc.Signal;

/** {@code fanfara bench}: puts load on a running gateway, and says how it took it. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Load test against a running gateway.",
            "Exit 0 if nothing was lost, doubled, reordered or cut off; else 1."
        })
@SuppressWarnings("NullAway.Init") // picocli fills the options in.
public final class BenchCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "ws:// or wss://. Default: the client port of a gateway on this machine.")
    private String url = "ws://127.0.0.1:8080";

    @Option(
            names = "--protocol",
            paramLabel = "NAME",
            converter = DialectConverter.class,
            description = "native or socket.io. Default: native.")
    private Dialect dialect = Dialect.NATIVE;

    @ArgGroup
    private @Nullable TokenSource token;

    static final class TokenSource {
        @Option(names = "--token", paramLabel = "JWT", description = "Sent as Authorization: Bearer.")
        private @Nullable String value;

        @Option(names = "--token-file", paramLabel = "FILE", description = "A file that holds the token.")
        private @Nullable Path file;
    }

    @Option(names = "--insecure", description = "Believe any certificate.")
    private boolean insecure;

    @Option(
            names = "--connections",
            paramLabel = "N",
            // What a gateway takes from one address with its default limits, publishers included.
            defaultValue = "500",
            description = "Connections that listen. Default: ${DEFAULT-VALUE}.")
    private int connections;

    @Option(
            names = "--rooms",
            paramLabel = "N",
            defaultValue = "1",
            description = "Rooms the connections are dealt to in turn. Default: ${DEFAULT-VALUE}.")
    private int rooms;

    @Option(
            names = "--rooms-per-connection",
            paramLabel = "N",
            defaultValue = "1",
            description = "Default: ${DEFAULT-VALUE}.")
    private int roomsPerConnection;

    @Option(
            names = "--room-prefix",
            paramLabel = "NAME",
            defaultValue = "bench",
            description = "Rooms are called NAME-0, NAME-1, … Default: ${DEFAULT-VALUE}.")
    private String roomPrefix;

    @Option(
            names = "--publishers",
            paramLabel = "N",
            description = "Connections that speak, besides those that listen. Default: one for each room, up to 16.")
    private @Nullable Integer publishers;

    @ArgGroup
    private @Nullable Pace pace;

    static final class Pace {
        @Option(
                names = "--rate",
                paramLabel = "N",
                description = "Messages a second in all, whatever the server does; 0 only connects. Default: 10.")
        private @Nullable Double rate;

        @Option(
                names = "--in-flight",
                paramLabel = "N",
                description = "Messages outstanding in all: the next leaves when all members have heard one.")
        private @Nullable Integer inFlight;
    }

    @ArgGroup
    private @Nullable Size size;

    static final class Size {
        @Option(names = "--payload", paramLabel = "BYTES", description = "Text of this size. Default: 128.")
        private @Nullable Integer text;

        @Option(names = "--json-payload", paramLabel = "BYTES", description = "JSON like a dashboard's of this size.")
        private @Nullable Integer json;
    }

    @Option(
            names = "--connect-rate",
            paramLabel = "N",
            defaultValue = "400",
            description = "New connections a second. Default: ${DEFAULT-VALUE}.")
    private double connectRate;

    @Option(
            names = "--warmup",
            paramLabel = "DURATION",
            defaultValue = "3s",
            converter = SpanConverter.class,
            description = "Before anything is measured. Default: ${DEFAULT-VALUE}.")
    private Duration warmup;

    @Option(
            names = "--duration",
            paramLabel = "DURATION",
            defaultValue = "10s",
            converter = SpanConverter.class,
            description = "How long to measure: 500ms, 10s, 5m, 1h. Default: ${DEFAULT-VALUE}.")
    private Duration duration;

    @Option(
            names = "--paused",
            paramLabel = "N",
            defaultValue = "0",
            description = "So many of the connections stop reading once they have joined. Default: ${DEFAULT-VALUE}.")
    private int paused;

    @Option(names = "--deflate", description = "Offer permessage-deflate.")
    private boolean deflate;

    @Option(
            names = "--loops",
            paramLabel = "N",
            defaultValue = "1",
            description = "Event loops, and so cores, of the generator. Default: ${DEFAULT-VALUE}.")
    private int loops;

    @Option(
            names = "--pid",
            paramLabel = "PID",
            description = "Report processor time and memory of this process of the same machine too.")
    private @Nullable Long pid;

    @Option(names = "--json", description = "Print the result as one JSON document.")
    private boolean json;

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter err = spec.commandLine().getErr();
        BenchOptions options;
        try {
            options = options();
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(spec.commandLine(), String.valueOf(wrong.getMessage()), wrong);
        } catch (IOException unreadable) {
            err.println("fanfara bench: --token-file: cannot read " + unreadable.getMessage());
            return ExitCode.FAILURE;
        }
        Bench bench = new Bench(options, line -> {
            err.println(line);
            err.flush();
        });
        // Log lines go to standard output, which here is the result's; Netty's warnings would mix with it.
        Logging.apply(new LoggingConfig(LogLevel.ERROR, LogFormat.TEXT, false));
        Signal.handle(new Signal("INT"), signal -> bench.stop());
        Signal.handle(new Signal("TERM"), signal -> bench.stop());
        try {
            Result result = bench.run();
            Print.line(spec, json ? result.toJson().encodePrettily() : result.toText());
            return result.isClean() ? ExitCode.OK : ExitCode.FAILURE;
        } catch (BenchFailure failure) {
            err.println("fanfara bench: " + failure.getMessage());
            return ExitCode.FAILURE;
        }
    }

    private BenchOptions options() throws IOException {
        Double rate = pace == null ? null : pace.rate;
        Integer inFlight = pace == null ? null : pace.inFlight;
        if (inFlight != null && inFlight < 1) {
            throw new IllegalArgumentException("--in-flight: expected 1 to 1000000, was " + inFlight);
        }
        if (publishers != null && publishers < 1) {
            throw new IllegalArgumentException("--publishers: expected at least 1, was " + publishers);
        }
        Plan plan = new Plan(
                connections,
                rooms,
                roomsPerConnection,
                publishers == null ? Plan.enoughPublishers(rooms) : publishers,
                paused);
        return new BenchOptions(
                Target.of(url, dialect, token(), insecure),
                plan,
                roomPrefix,
                rate != null ? rate : inFlight != null ? 0 : 10,
                inFlight == null ? 0 : inFlight,
                payload(),
                connectRate,
                warmup,
                duration,
                deflate,
                loops,
                pid);
    }

    private Payload payload() {
        if (size != null && size.json != null) {
            return Payload.json(size.json);
        }
        return Payload.text(size == null || size.text == null ? 128 : size.text);
    }

    private @Nullable String token() throws IOException {
        return token == null ? null : Secret.read(token.value, token.file, "--token");
    }

    static final class DialectConverter implements ITypeConverter<Dialect> {
        @Override
        public Dialect convert(String text) {
            for (Dialect dialect : Dialect.values()) {
                if (dialect.toString().equals(text)) {
                    return dialect;
                }
            }
            throw new TypeConversionException("'" + text + "': expected native or socket.io");
        }
    }
}
