package dev.fanfara.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.config.ConfigSchema;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CommandsTest {
    private static final String NEEDS_RESTART = "a change needs a restart: /cluster/backups /cluster/discovery/members"
            + " /cluster/discovery/service /cluster/discovery/type /cluster/enabled /cluster/eventBusPort /cluster/host"
            + " /cluster/minimumSize /cluster/name /cluster/port /management/host /management/port /management/tls /server/eventLoops"
            + " /server/host /server/port /server/tls /server/transport\n";

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void goodFileIsOkWithItsHash() throws Exception {
        assertThat(run(new Check(), "-c", file("{}"))).isEqualTo(0);
        assertThat(out.toString()).matches(NEEDS_RESTART + "ok: .*fanfara.json, hash [0-9a-f]{16}\n");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void badFileEndsWith78AndABlockForEachMistake() throws Exception {
        String file = file("{'server': {\n  'prot': 8080,\n  'port': '8080'\n}}");

        assertThat(run(new Check(), "-c", file, "--set", "none=1")).isEqualTo(78);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString()).isEqualTo("""
                        FILE: 3 mistakes

                        --set none
                          got          an unknown path
                          expected     the path of a key, such as server.port; lists are set whole

                        /server/port
                          from         FILE:3
                          got          "8080"
                          expected     a whole number from 0 to 65535

                        /server/prot
                          from         FILE:2
                          got          the unknown key "prot"
                          expected     one of allowedOrigins, compression, eventLoops, host, port, tls, transport, trustedProxies
                          did you mean "port"
                        """.replace("FILE", file));
    }

    @Test
    void brokenJsonIsFoundWhereItBreaks() throws Exception {
        String file = file("{\n  'demo': true\n  'rooms': []\n}");

        assertThat(run(new Check(), "-c", file)).isEqualTo(78);
        assertThat(err.toString())
                .startsWith(file + ": 1 mistake\n\n" + file + ":3:3\n  expected     JSON: Unexpected character");
    }

    @Test
    void namedFileMustBeThere() {
        assertThat(run(new Check(), "-c", folder + "/none.json")).isEqualTo(78);
        assertThat(err.toString()).contains("expected     a readable file " + folder + "/none.json (there is none)");
    }

    @Test
    void warningsAreNoFailure() throws Exception {
        assertThat(run(new Check(), "-c", file("{'server':{'host':'0.0.0.0'}}")))
                .isEqualTo(0);
        assertThat(out.toString())
                .startsWith("warning: /auth/required: is false and server.host is no loopback address:"
                        + " whoever reaches it may enter\n");
    }

    @Test
    void changedKeysThatNeedARestartAreNamed() throws Exception {
        String old = file("{}");
        String changed = Files.writeString(folder.resolve("new.json"), "{\"server\":{\"port\":1},\"demo\":true}")
                .toString();

        assertThat(run(new Check(), "-c", changed, "--against", old)).isEqualTo(0);
        assertThat(out.toString()).matches("needs a restart: /server/port\nok: .*new.json, hash [0-9a-f]{16}\n");
    }

    @Test
    void shortFlagsAreSettings() throws Exception {
        String file = file("{}");

        assertThat(run(new Check(), "-c", file, "--port", "70000", "--management-port=1"))
                .isEqualTo(78);
        assertThat(err.toString())
                .contains("/server/port\n  from         --port\n  got          \"70000\"\n")
                .doesNotContain("management");
    }

    @Test
    void wrongUsageEndsWith2() throws Exception {
        assertThat(run(new Check(), "--set", "server.port")).isEqualTo(2);
        assertThat(run(new Check(), "--port", "x")).isEqualTo(2);
        assertThat(run(new Check(), "--nonsense")).isEqualTo(2);
        assertThat(err.toString()).contains("--set: expected KEY=VALUE, such as --set server.port=8081");
    }

    @Test
    void conformanceModeIsAFlagAndNoKey() throws Exception {
        List<Boolean> asked = new ArrayList<>();
        Serve serve = new Serve((source, loaded, conformance) -> {
            asked.add(conformance);
            return ExitCode.OK;
        });
        String file = file("{}");

        assertThat(run(serve, "-c", file)).isEqualTo(0);
        assertThat(run(serve, "-c", file, "--conformance")).isEqualTo(0);
        assertThat(asked).containsExactly(false, true);
        assertThat(run(serve, "-c", file("{'conformance':true}"))).isEqualTo(78);
    }

    @Test
    void secretsStayOutOfReports() throws Exception {
        String file = file("{'auth':{'keys':[{'algorithms':['HS256'],'secret':'canary'},'canary'],"
                + "'apiKeys':[{'name':'a','key':'canary','scope':'publish'}],'required':'${env:PATH}'}}");

        assertThat(run(new Check(), "-c", file)).isEqualTo(78);
        assertThat(err.toString()).doesNotContain("canary").doesNotContain("/bin");
    }

    @Test
    void schemaAndDefaultsAreJson() {
        assertThat(run(new Schema())).isEqualTo(0);
        assertThat(new JsonObject(out.toString())).isEqualTo(ConfigSchema.schema());

        out.getBuffer().setLength(0);
        assertThat(run(new Defaults())).isEqualTo(0);
        assertThat(new JsonObject(out.toString())).isEqualTo(ConfigSchema.defaults());
    }

    @Test
    void versionNamesBuildAndJvm() {
        assertThat(run(new Version())).isEqualTo(0);
        assertThat(out.toString())
                .startsWith("fanfara development\ncommit development\njvm ")
                .contains(System.getProperty("java.runtime.version"));
    }

    @Test
    void versionComesFromTheManifest() {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.IMPLEMENTATION_VERSION, "1.2.3");
        manifest.getMainAttributes().putValue("Implementation-Commit", "abc1234");

        assertThat(Build.of(manifest)).isEqualTo(new Build("1.2.3", "abc1234"));
    }

    private String file(String json) throws Exception {
        return Files.writeString(folder.resolve("fanfara.json"), json.replace('\'', '"'))
                .toString();
    }

    private int run(Object command, String... arguments) {
        return new CommandLine(command)
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
    }
}
