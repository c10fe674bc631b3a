package dev.fanfara.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoadedTest {
    @TempDir
    private Path folder;

    private ConfigFixture fixture;

    @BeforeEach
    void emptyFolder() {
        fixture = new ConfigFixture(folder);
    }

    @Test
    void hashIsSixteenHexadecimalDigits() {
        assertThat(fixture.load().hash()).matches("[0-9a-f]{16}");
    }

    @Test
    void hashTellsMeaningAndNotSpelling() {
        String plain =
                fixture.file("{'demo':true,'server':{'eventLoops':0}}").load().hash();

        assertThat(fixture.file("{ 'server': {},\n 'demo': true }").load().hash())
                .isEqualTo(plain);
        assertThat(fixture.file("{'demo':true,'server':{'eventLoops':1}}")
                        .load()
                        .hash())
                .isNotEqualTo(plain);
    }

    @Test
    void hashIsThatOfAnotherNodeWithTheSameConfiguration() {
        String first = fixture.file("{'demo':true}").load().hash();

        assertThat(fixture.set("server.port", "8081")
                        .set("cluster.host", "127.0.0.2")
                        .load()
                        .hash())
                .isEqualTo(first);
    }

    @Test
    void fileIsThatOfANodeThatListensElsewhere() {
        String first = fixture.file("{'demo':true,'server':{'port':1,'eventLoops':1}}")
                .source()
                .fileHash();

        assertThat(fixture.file("{'demo': true, 'server': {'port': 2, 'eventLoops': 1}}")
                        .source()
                        .fileHash())
                .isEqualTo(first);
        assertThat(fixture.file("{'demo':true,'server':{'port':1,'eventLoops':2}}")
                        .source()
                        .fileHash())
                .isNotEqualTo(first);
        assertThat(fixture.file("{'demo':tru").source().fileHash()).isNotEqualTo(first);
    }

    @Test
    void rotatedSecretIsAChange() {
        fixture.write("jwt", ConfigFixture.SECRET)
                .file(ConfigFixture.keys("{'algorithms':['HS256'],'secret':'${file:jwt}'}"));
        String before = fixture.load().hash();

        fixture.write("jwt", ConfigFixture.SECRET + "2");

        assertThat(fixture.load().hash()).isNotEqualTo(before);
    }

    @Test
    void renewedCertificateIsAChangeThatIsLive() {
        fixture.write("a.crt", TestPem.CERTIFICATE)
                .write("a.key", TestPem.KEY)
                .file("{'server':{'tls':{'certificate':'a.crt','key':'a.key'}}}");
        Loaded before = fixture.load();

        fixture.write("a.crt", TestPem.CERTIFICATE + TestPem.CERTIFICATE);
        Loaded after = fixture.load();

        assertThat(after.hash()).isNotEqualTo(before.hash());
        assertThat(after.needsRestart(before)).isEmpty();
    }

    @Test
    void listenersAndMembershipNeedARestart() {
        Loaded started = fixture.file("{}").load();
        fixture.write("a.crt", TestPem.CERTIFICATE).write("a.key", TestPem.KEY);
        Loaded changed = fixture.file("{'server':{'host':'::1','port':1,'transport':'nio','eventLoops':2,"
                        + "'tls':{'certificate':'a.crt','key':'a.key'},'allowedOrigins':['*']},"
                        + "'management':{'port':2},'cluster':{'name':'x','discovery':{'type':'multicast'}},"
                        + "'limits':{'messages':'1/1s'},'demo':true,'rooms':[]}")
                .load();

        assertThat(changed.needsRestart(started))
                .containsExactly(
                        "/cluster/discovery/type",
                        "/cluster/name",
                        "/management/port",
                        "/server/eventLoops",
                        "/server/host",
                        "/server/port",
                        "/server/tls",
                        "/server/transport");
    }
}
