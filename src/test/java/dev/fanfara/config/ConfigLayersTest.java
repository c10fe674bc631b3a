package dev.fanfara.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigLayersTest {
    @TempDir
    private Path folder;

    private ConfigFixture fixture;

    @BeforeEach
    void emptyFolder() {
        fixture = new ConfigFixture(folder);
    }

    @Test
    void whatTheCommandsReadIsNoKey() {
        fixture.env("FANFARA_URL", "http://a").env("FANFARA_TOKEN", "t").env("FANFARA_API_KEY", "k");

        assertThat(fixture.mistakes()).isEmpty();
    }

    @Test
    void flagsWinOverEnvironmentOverFileOverDefaults() {
        ServerConfig server = fixture.file("{'server':{'port':1,'eventLoops':1,'transport':'nio'}}")
                .env("FANFARA_SERVER__PORT", "2")
                .env("FANFARA_SERVER__EVENT_LOOPS", "2")
                .set("server.port", "3")
                .config()
                .server();

        assertThat(server.port()).isEqualTo(3);
        assertThat(server.eventLoops()).isEqualTo(2);
        assertThat(server.transport()).isEqualTo(TransportKind.NIO);
        assertThat(server.host()).isEqualTo("127.0.0.1");
    }

    @Test
    void textTakesTheTypeOfTheKeyItNames() {
        GatewayConfig config = fixture.env("FANFARA_CONNECTIONS__OUTBOUND_BUDGET", "2MiB")
                .env("FANFARA_DEMO", "false")
                .env("FANFARA_SERVER__ALLOWED_ORIGINS", "['https://a.example']")
                .env("FANFARA_CLUSTER__NAME", "42")
                .set("rooms", "[{'match':'a','publish':'api'}]")
                .set("server.compression", "{'enabled':true}")
                .set("management.host", "'::1'")
                .config();

        assertThat(config.connections().outboundBudget()).isEqualTo(2 << 20);
        assertThat(config.demo()).isFalse();
        assertThat(config.server().allowedOrigins()).containsExactly("https://a.example");
        assertThat(config.cluster().name()).isEqualTo("42");
        assertThat(config.rooms()).extracting(RoomRule::publish).containsExactly(Access.API);
        assertThat(config.server().compression().enabled()).isTrue();
        assertThat(config.management().host()).isEqualTo("::1");
    }

    @Test
    void objectsAreMergedAndListsReplaced() {
        GatewayConfig config = fixture.file(
                        "{'server':{'port':1,'eventLoops':1},'rooms':[{'match':'a'},{'match':'b'}]}")
                .env("FANFARA_SERVER", "{'port':2}")
                .env("FANFARA_SERVER__TRANSPORT", "epoll")
                .env("FANFARA_ROOMS", "[{'match':'c'}]")
                .config();

        assertThat(config.server().port()).isEqualTo(2);
        assertThat(config.server().eventLoops()).isEqualTo(1);
        assertThat(config.server().transport()).isEqualTo(TransportKind.EPOLL);
        assertThat(config.rooms()).extracting(rule -> rule.match().value()).containsExactly("c");
    }

    @Test
    void nullTakesAnOptionalValueAway() {
        fixture.write("a.crt", TestPem.CERTIFICATE).write("a.key", TestPem.KEY);
        GatewayConfig config = fixture.file("{'server':{'tls':{'certificate':'a.crt','key':'a.key'}},"
                        + "'management':{'adminToken':'0123456789abcdef'}}")
                .set("server.tls", "null")
                .env("FANFARA_MANAGEMENT__ADMIN_TOKEN", "null")
                .config();

        assertThat(config.server().tls()).isNull();
        assertThat(config.management().adminToken()).isNull();
    }

    @Test
    void variableMayNameTheFileThatHoldsTheValue() {
        fixture.write("port", "8181\n").write("token", "0123456789abcdef\n").write("rooms", "[{\"match\": \"a\"}]\n");

        GatewayConfig config = fixture.env("FANFARA_SERVER__PORT_FILE", folder + "/port")
                .env("FANFARA_MANAGEMENT__ADMIN_TOKEN_FILE", folder + "/token")
                .env("FANFARA_ROOMS_FILE", folder + "/rooms")
                .config();

        assertThat(config.server().port()).isEqualTo(8181);
        assertThat(config.management().adminToken()).isEqualTo("0123456789abcdef");
        assertThat(config.rooms()).hasSize(1);
    }

    @Test
    void fileOfAVariableIsNotShown() {
        fixture.write("port", "s3cret");

        assertThat(fixture.env("FANFARA_SERVER__PORT_FILE", folder + "/port").mistakes())
                .containsExactly("/server/port: expected a whole number from 0 to 65535, got \"${file:port}\""
                        + " (FANFARA_SERVER__PORT_FILE)");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    FANFARA_SERVER__PORT       | x      | /server/port: expected a whole number from 0 to 65535, got "x" (FANFARA_SERVER__PORT)
                    FANFARA_SERVER__PROT       | 1      | FANFARA_SERVER__PROT: expected FANFARA_ and the path of a key, such as FANFARA_SERVER__PORT, got an unknown name; did you mean FANFARA_SERVER__PORT?
                    FANFARA_PORT               | 1      | FANFARA_PORT: expected FANFARA_ and the path of a key, such as FANFARA_SERVER__PORT, got an unknown name; did you mean FANFARA_SERVER__PORT?
                    FANFARA_ZEBRA              | 1      | FANFARA_ZEBRA: expected FANFARA_ and the path of a key, such as FANFARA_SERVER__PORT, got an unknown name
                    FANFARA_AUTH__KEYS         | [s3cr] | /auth/keys: expected a JSON list, got a text that is none (line 1 column 6) (FANFARA_AUTH__KEYS)
                    FANFARA_AUTH__KEYS         | {}     | /auth/keys: expected a JSON list, got other JSON (FANFARA_AUTH__KEYS)
                    FANFARA_SERVER__PORT_FILE  | /none/port | /server/port: expected a readable file /none/port (there is none), got "${file:/none/port}" (FANFARA_SERVER__PORT_FILE)
                    FANFARA_ROOMS_FILE         | /none  | /rooms: expected a readable file /none (there is none), got "/none" (FANFARA_ROOMS_FILE)
                    """)
    void wrongVariableIsCalledByItsName(String name, String value, String mistake) {
        assertThat(fixture.env(name, value).mistakes()).containsExactly(mistake);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    server.port      | 99999 | /server/port: expected a whole number from 0 to 65535, got "99999" (--set server.port)
                    server.prot      | 1     | --set server.prot: expected the path of a key, such as server.port; lists are set whole, got an unknown path; did you mean server.port?
                    port             | 1     | --set port: expected the path of a key, such as server.port; lists are set whole, got an unknown path; did you mean server.port?
                    rooms.0.match    | a     | --set rooms.0.match: expected the path of a key, such as server.port; lists are set whole, got an unknown path
                    server           | 5     | /server: expected a JSON object, got other JSON (--set server)
                    """)
    void wrongFlagIsCalledByItsName(String path, String value, String mistake) {
        assertThat(fixture.set(path, value).mistakes()).containsExactly(mistake);
    }

    @Test
    void keyFileWhoseContentWasTakenForItsPathIsNotShown() {
        fixture.write("a.crt", TestPem.CERTIFICATE).write("a.key", "-----BEGIN PRIVATE KEY-----s3cret");

        assertThat(fixture.env("FANFARA_SERVER__TLS__KEY_FILE", folder + "/a.key")
                        .env("FANFARA_SERVER__TLS__CERTIFICATE", folder + "/a.crt")
                        .mistakes())
                .containsExactly("/server/tls/key: expected a reference to the path of a readable file,"
                        + " not to its content, got \"${file:a.key}\" (FANFARA_SERVER__TLS__KEY_FILE)");
    }

    @Test
    void valueAndItsFileExcludeEachOther() {
        fixture.env("FANFARA_SERVER__PORT", "1").env("FANFARA_SERVER__PORT_FILE", "/port");

        assertThat(fixture.mistakes())
                .containsExactly("FANFARA_SERVER__PORT_FILE: expected either FANFARA_SERVER__PORT or"
                        + " FANFARA_SERVER__PORT_FILE, got both");
    }

    @Test
    void variablesOfAKubernetesServiceOfTheSameNameAreNoMistake() {
        fixture.env("FANFARA_PORT", "tcp://10.96.1.1:8080")
                .env("FANFARA_SERVICE_HOST", "10.96.1.1")
                .env("FANFARA_SERVICE_PORT", "8080")
                .env("FANFARA_SERVICE_PORT_HTTP", "8080")
                .env("FANFARA_PORT_8080_TCP", "tcp://10.96.1.1:8080")
                .env("FANFARA_PORT_8080_TCP_ADDR", "10.96.1.1")
                .env("FANFARA_MANAGEMENT_SERVICE_HOST", "10.96.1.2")
                .env("FANFARA_MANAGEMENT_PORT", "tcp://10.96.1.2:9090");

        assertThat(fixture.mistakes()).isEmpty();
    }

    @Test
    void mistakesOfAllLayersAreToldTogether() {
        fixture.file("{'server':5}")
                .env("FANFARA_SERVER__PORT", "1")
                .env("FANFARA_NONE", "1")
                .set("none", "1");

        assertThat(fixture.mistakes())
                .containsExactlyElementsOf(List.of(
                        "FANFARA_NONE: expected FANFARA_ and the path of a key, such as FANFARA_SERVER__PORT,"
                                + " got an unknown name",
                        "--set none: expected the path of a key, such as server.port; lists are set whole,"
                                + " got an unknown path",
                        "/server: expected an object, got 5 (fanfara.json:1)"));
    }
}
