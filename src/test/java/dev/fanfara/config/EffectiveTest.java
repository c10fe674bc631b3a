package dev.fanfara.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EffectiveTest {
    @TempDir
    private Path folder;

    private ConfigFixture fixture;

    @BeforeEach
    void emptyFolder() {
        fixture = new ConfigFixture(folder);
    }

    @Test
    void isWhatWasWrittenWithTheDefaultsFilledIn() {
        JsonObject effective = fixture.file("{'server':{'allowedOrigins':['https://a.example']},'demo':true}")
                .set("server.port", "8081")
                .load()
                .effective()
                .toJson();

        assertThat(effective.getJsonObject("server").getJsonArray("allowedOrigins"))
                .isEqualTo(new JsonArray().add("https://a.example"));
        assertThat(effective.getJsonObject("server").getString("host")).isEqualTo("127.0.0.1");
        assertThat(effective.getJsonObject("connections").getString("outboundBudget"))
                .isEqualTo("1MiB");
        assertThat(effective.getJsonArray("rooms").getJsonObject(0).getString("match"))
                .isEqualTo("**");
        assertThat(effective.getBoolean("demo")).isTrue();
    }

    @Test
    void tellsNoSecretsButWhereTheyAreKept() {
        fixture.write("api", "a key that nobody may see").env("JWT", ConfigFixture.SECRET);
        JsonObject effective = fixture.file("{'management':{'adminToken':'this is known to one'},"
                        + "'auth':{'keys':[{'algorithms':['HS256'],'secret':'${env:JWT}'}],"
                        + "'apiKeys':[{'name':'backend','key':'${file:api}','scope':'publish'}]}}")
                .load()
                .effective()
                .toJson();

        assertThat(effective.encode())
                .doesNotContain("this is known to one")
                .doesNotContain(ConfigFixture.SECRET)
                .doesNotContain("nobody may see");
        assertThat(effective.getJsonObject("management").getString("adminToken"))
                .isEqualTo("…");
        JsonObject auth = effective.getJsonObject("auth");
        assertThat(auth.getJsonArray("keys").getJsonObject(0).getString("secret"))
                .isEqualTo("${env:JWT}");
        assertThat(auth.getJsonArray("apiKeys").getJsonObject(0).getString("key"))
                .isEqualTo("${file:api}");
    }

    @Test
    void whatStandsForASecretIsNone() {
        fixture.file("{'management':{'adminToken':'…'}}");

        assertThat(fixture.mistakes())
                .singleElement()
                .asString()
                .contains("/management/adminToken: expected the secret itself or a reference to it");
    }

    @Test
    void changesAreToldKeyByKey() {
        Loaded before = fixture.file("{'rooms':[{'match':'a'},{'match':'**'}],'server':{'allowedOrigins':[]}}")
                .load();
        Loaded after = fixture.file("{'rooms':[{'match':'**'}],'server':{'allowedOrigins':['https://a.example']}}")
                .load();

        assertThat(after.changesFrom(before))
                .contains(
                        new Change("/rooms/0/match", "a", "**", false),
                        new Change("/rooms/1/match", "**", null, false),
                        new Change("/server/allowedOrigins/0", null, "https://a.example", false));
        assertThat(after.changesFrom(after)).isEmpty();
    }

    @Test
    void rotatedSecretIsAChangeOfWhichNothingIsSeen() {
        fixture.write("token", "0123456789abcdef").file("{'management':{'adminToken':'${file:token}'}}");
        Loaded before = fixture.load();

        fixture.write("token", "fedcba9876543210");

        assertThat(fixture.load().changesFrom(before))
                .containsExactly(new Change("/management/adminToken", "${file:token}", "${file:token}", false));
    }
}
