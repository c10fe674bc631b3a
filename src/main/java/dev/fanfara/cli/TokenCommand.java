package dev.fanfara.cli;

import dev.fanfara.auth.RoomAction;
import dev.fanfara.auth.RoomGrants;
import dev.fanfara.auth.TokenRejected;
import dev.fanfara.auth.TokenRequest;
import dev.fanfara.auth.TokenSigner;
import dev.fanfara.auth.UnusableKey;
import dev.fanfara.config.AuthConfig;
import dev.fanfara.config.ConfigException;
import dev.fanfara.protocol.RoomPattern;
import dev.fanfara.protocol.Scope;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code fanfara token}: prints a token the configured gateway believes, and nothing else, to standard output. */
@Command(name = "token", mixinStandardHelpOptions = true, description = "Prints a JWT signed with the configured key")
@SuppressWarnings("NullAway.Init") // picocli fills the options in.
public final class TokenCommand implements Callable<Integer> {
    private final InstantSource clock;

    @Mixin
    private final ConfigOptions options = new ConfigOptions();

    @Spec
    private CommandSpec spec;

    @Option(names = "--user", required = true, paramLabel = "NAME", description = "The sub claim: who it is for.")
    private String user;

    @Option(
            names = "--join",
            paramLabel = "PATTERN",
            split = ",",
            converter = PatternConverter.class,
            description = "Rooms it may join, such as 'dash:*'; repeatable.")
    private List<RoomPattern> join = new ArrayList<>();

    @Option(
            names = "--publish",
            paramLabel = "PATTERN",
            split = ",",
            converter = PatternConverter.class,
            description = "Rooms it may publish to; repeatable.")
    private List<RoomPattern> publish = new ArrayList<>();

    @Option(
            names = "--presence",
            paramLabel = "PATTERN",
            split = ",",
            converter = PatternConverter.class,
            description = "Rooms whose members it may list; repeatable.")
    private List<RoomPattern> presence = new ArrayList<>();

    @Option(
            names = "--history",
            paramLabel = "PATTERN",
            split = ",",
            converter = PatternConverter.class,
            description = "Rooms whose history it may read; repeatable.")
    private List<RoomPattern> history = new ArrayList<>();

    @Option(
            names = "--scope",
            paramLabel = "SCOPE",
            split = "[ ,]",
            converter = ScopeConverter.class,
            description = "publish, broadcast, private or admin; repeatable.")
    private List<Scope> scopes = new ArrayList<>();

    @Option(
            names = "--ttl",
            paramLabel = "DURATION",
            defaultValue = "1h",
            converter = LifetimeConverter.class,
            description = "How long it is valid: 30s, 15m, 1h, 7d. Default: ${DEFAULT-VALUE}.")
    private Duration lifetime;

    @Option(names = "--key", paramLabel = "ID", description = "The key to sign with. Default: the first that can sign.")
    private @Nullable String key;

    public TokenCommand() {
        this(InstantSource.system());
    }

    TokenCommand(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public Integer call() {
        PrintWriter err = spec.commandLine().getErr();
        try {
            AuthConfig auth = options.source().load().config().auth();
            String token = TokenSigner.of(auth, key).sign(request(), clock.instant());
            Print.line(spec, token);
            return ExitCode.OK;
        } catch (ConfigException bad) {
            MistakeReport.print(bad, err);
            return ExitCode.BAD_CONFIGURATION;
        } catch (UnusableKey unusable) {
            err.println("fanfara token: " + unusable.getMessage());
        } catch (TokenRejected rejected) {
            err.println("fanfara token: the gateway would refuse this token: " + rejected.getMessage());
        }
        return ExitCode.FAILURE;
    }

    private TokenRequest request() {
        Set<Scope> granted = EnumSet.noneOf(Scope.class);
        granted.addAll(scopes);
        return new TokenRequest(user, lifetime, granted, rooms());
    }

    /** Without any pattern there is no claim: the token opens the rooms of every user, and only those. */
    private @Nullable RoomGrants rooms() {
        Map<RoomAction, List<RoomPattern>> patterns = new EnumMap<>(RoomAction.class);
        patterns.put(RoomAction.JOIN, join);
        patterns.put(RoomAction.PUBLISH, publish);
        patterns.put(RoomAction.PRESENCE, presence);
        patterns.put(RoomAction.HISTORY, history);
        patterns.values().removeIf(List::isEmpty);
        return patterns.isEmpty() ? null : new RoomGrants(patterns);
    }

    static final class PatternConverter implements ITypeConverter<RoomPattern> {
        @Override
        public RoomPattern convert(String text) {
            try {
                return new RoomPattern(text);
            } catch (IllegalArgumentException malformed) {
                throw new TypeConversionException("'" + text + "': " + malformed.getMessage());
            }
        }
    }

    static final class ScopeConverter implements ITypeConverter<Scope> {
        @Override
        public Scope convert(String text) {
            for (Scope scope : Scope.values()) {
                if (scope.name().toLowerCase(Locale.ROOT).equals(text)) {
                    return scope;
                }
            }
            throw new TypeConversionException("'" + text + "': expected publish, broadcast, private or admin");
        }
    }

    static final class LifetimeConverter implements ITypeConverter<Duration> {
        private static final Pattern FORM = Pattern.compile("([1-9][0-9]{0,8})([smhd])");
        private static final Duration LONGEST = Duration.ofDays(3650);

        @Override
        public Duration convert(String text) {
            Matcher form = FORM.matcher(text);
            if (form.matches()) {
                Duration lifetime = Duration.of(Long.parseLong(form.group(1)), unit(form.group(2)));
                if (lifetime.compareTo(LONGEST) <= 0) {
                    return lifetime;
                }
            }
            throw new TypeConversionException(
                    "'" + text + "': expected a duration such as 30s, 15m, 1h or 7d, at most 3650d");
        }

        private static ChronoUnit unit(String letter) {
            return switch (letter) {
                case "s" -> ChronoUnit.SECONDS;
                case "m" -> ChronoUnit.MINUTES;
                case "h" -> ChronoUnit.HOURS;
                default -> ChronoUnit.DAYS;
            };
        }
    }
}
