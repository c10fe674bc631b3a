package dev.fanfara.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** The options that say which running gateway is meant, and as whom it is asked; a mixin. */
@SuppressWarnings("NullAway.Init") // picocli fills the options in.
public final class RemoteOptions {
    private static final String BEARER = "Authorization";
    private static final String API_KEY = "X-API-Key";

    private final Map<String, String> environment;

    @Spec(Target.MIXEE)
    private CommandSpec command;

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "The gateway's client port. Default: $FANFARA_URL, or http://127.0.0.1:8080.")
    private @Nullable String url;

    @ArgGroup
    private @Nullable Credentials credentials;

    static final class Credentials {
        @Option(names = "--token", paramLabel = "JWT", description = "Default: $FANFARA_TOKEN.")
        private @Nullable String token;

        @Option(names = "--token-file", paramLabel = "FILE", description = "A file that holds the token.")
        private @Nullable Path tokenFile;

        @Option(names = "--api-key", paramLabel = "KEY", description = "Default: $FANFARA_API_KEY.")
        private @Nullable String apiKey;
    }

    @Option(names = "--insecure", description = "Believe any certificate.")
    private boolean insecure;

    RemoteOptions() {
        this(System.getenv());
    }

    RemoteOptions(Map<String, String> environment) {
        this.environment = environment;
    }

    /** What a command does with the gateway. */
    interface Work {
        void run() throws CommandFailure, InterruptedException;
    }

    /** Does it, or says in one line why not. */
    int run(Work work) {
        try {
            work.run();
            return ExitCode.OK;
        } catch (CommandFailure failure) {
            say(String.valueOf(failure.getMessage()));
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
        return ExitCode.FAILURE;
    }

    /** One line to whoever watches; standard output is for what was asked. */
    void say(String line) {
        PrintWriter err = command.commandLine().getErr();
        err.println("fanfara " + command.name() + ": " + line);
        err.flush();
    }

    ParameterException usage(String sentence) {
        return new ParameterException(command.commandLine(), sentence);
    }

    /** As the options are now: a token in a file may have been renewed. */
    Remote remote() throws CommandFailure {
        try {
            return new Remote(base(), headers(), insecure);
        } catch (IllegalArgumentException wrong) {
            throw usage(String.valueOf(wrong.getMessage()));
        } catch (IOException unreadable) {
            throw new CommandFailure("--token-file: cannot read " + unreadable.getMessage(), false, null);
        }
    }

    private String base() {
        String named = url != null ? url : environment.getOrDefault("FANFARA_URL", "http://127.0.0.1:8080");
        String expected = (url != null ? "--url" : "FANFARA_URL")
                + ": expected http://host:port or https://…, without user, password and query";
        URI uri;
        try {
            uri = new URI(named);
        } catch (URISyntaxException malformed) {
            throw new IllegalArgumentException(expected);
        }
        boolean isHttp = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
        if (!isHttp
                || uri.getHost() == null
                || uri.getRawUserInfo() != null
                || uri.getRawQuery() != null
                || uri.getRawFragment() != null) {
            throw new IllegalArgumentException(expected);
        }
        return named.endsWith("/") ? named.substring(0, named.length() - 1) : named;
    }

    private Map<String, String> headers() throws IOException {
        if (credentials != null) {
            String apiKey = Secret.read(credentials.apiKey, null, "--api-key");
            String token = Secret.read(credentials.token, credentials.tokenFile, "--token");
            return apiKey != null ? Map.of(API_KEY, apiKey) : bearer(token);
        }
        String token = Secret.read(environment.get("FANFARA_TOKEN"), null, "FANFARA_TOKEN");
        String apiKey = Secret.read(environment.get("FANFARA_API_KEY"), null, "FANFARA_API_KEY");
        return token == null && apiKey != null ? Map.of(API_KEY, apiKey) : bearer(token);
    }

    private static Map<String, String> bearer(@Nullable String token) {
        return token == null ? Map.of() : Map.of(BEARER, "Bearer " + token);
    }
}
