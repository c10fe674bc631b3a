package dev.fanfara;

import dev.fanfara.cli.BenchCommand;
import dev.fanfara.cli.Build;
import dev.fanfara.cli.Check;
import dev.fanfara.cli.CompletionCommand;
import dev.fanfara.cli.Defaults;
import dev.fanfara.cli.ExitCode;
import dev.fanfara.cli.PublishCommand;
import dev.fanfara.cli.RoomsCommand;
import dev.fanfara.cli.Schema;
import dev.fanfara.cli.Serve;
import dev.fanfara.cli.StatsCommand;
import dev.fanfara.cli.TailCommand;
import dev.fanfara.cli.TokenCommand;
import dev.fanfara.cli.Version;
import dev.fanfara.config.ConfigSource;
import dev.fanfara.config.Loaded;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import sun.misc.Signal;

/** The program: {@code fanfara <command>}, {@code serve} when none is named. */
@Command(
        name = "fanfara",
        mixinStandardHelpOptions = true,
        description = "Clustered realtime edge gateway for live dashboards")
public final class Main {
    private static final Set<String> OF_THE_PROGRAM = Set.of("--help", "-h", "--version", "-V");

    /** It must know all the others. */
    private static final String COMPLETION = "completion";

    private static final Map<String, Supplier<Object>> COMMANDS = new LinkedHashMap<>();

    static {
        COMMANDS.put("serve", () -> new Serve(Main::serve));
        COMMANDS.put("check", Check::new);
        COMMANDS.put("schema", Schema::new);
        COMMANDS.put("defaults", Defaults::new);
        COMMANDS.put("token", TokenCommand::new);
        COMMANDS.put("publish", PublishCommand::new);
        COMMANDS.put("tail", TailCommand::new);
        COMMANDS.put("rooms", RoomsCommand::new);
        COMMANDS.put("stats", StatsCommand::new);
        COMMANDS.put("bench", BenchCommand::new);
        COMMANDS.put(COMPLETION, CompletionCommand::new);
        COMMANDS.put("version", Version::new);
    }

    private Main() {}

    public static void main(String[] args) {
        settleLibraries();
        String[] named = withDefaultCommand(args);
        CommandLine program = new CommandLine(new Main());
        Supplier<Object> wanted = named[0].equals(COMPLETION) ? null : COMMANDS.get(named[0]);
        if (wanted != null) {
            // Reading what all the others understand takes longer than most commands.
            program.addSubcommand(wanted.get());
        } else {
            COMMANDS.values().forEach(each -> program.addSubcommand(each.get()));
        }
        System.exit(program.execute(named));
    }

    /** What these libraries ask of the command line, said here since the jar is started without flags. */
    private static void settleLibraries() {
        setIfAbsent("vertx.logger-delegate-factory-class-name", "io.vertx.core.logging.SLF4JLogDelegateFactory");
        setIfAbsent("hazelcast.logging.type", "slf4j");
    }

    private static void setIfAbsent(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    /** {@code fanfara --port 8081} means {@code fanfara serve --port 8081}. */
    private static String[] withDefaultCommand(String[] args) {
        boolean named = args.length > 0 && (!args[0].startsWith("-") || OF_THE_PROGRAM.contains(args[0]));
        if (named) {
            return args;
        }
        String[] serve = new String[args.length + 1];
        serve[0] = "serve";
        System.arraycopy(args, 0, serve, 1, args.length);
        return serve;
    }

    private static int serve(ConfigSource source, Loaded loaded, boolean conformance) {
        AtomicReference<Gateway> running = new AtomicReference<>();
        CountDownLatch stop = new CountDownLatch(1);
        AtomicInteger signals = new AtomicInteger();
        // A signal instead of a shutdown hook: hooks cannot choose the exit code, and run beside each other.
        Runnable asked = () -> {
            Gateway gateway = running.get();
            if (gateway == null) {
                Runtime.getRuntime().halt(ExitCode.OK);
            } else if (signals.incrementAndGet() > 1) {
                gateway.hurry();
            }
            stop.countDown();
        };
        Signal.handle(new Signal("TERM"), signal -> asked.run());
        Signal.handle(new Signal("INT"), signal -> asked.run());
        Signal.handle(new Signal("HUP"), signal -> {
            Gateway gateway = running.get();
            if (gateway != null) {
                gateway.reload();
            }
        });
        try {
            Gateway gateway = Gateway.start(source, loaded, Build.CURRENT.version(), conformance);
            running.set(gateway);
            stop.await();
            gateway.stop();
            return ExitCode.OK;
        } catch (StartFailure failure) {
            System.err.println("fanfara: " + failure.getMessage());
            return failure.exitCode();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return ExitCode.FAILURE;
        } catch (RuntimeException bug) {
            LoggerFactory.getLogger(Main.class).error("the gateway did not start", bug);
            return ExitCode.FAILURE;
        }
    }
}
