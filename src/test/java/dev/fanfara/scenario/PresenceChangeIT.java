package dev.fanfara.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.testing.Eventually;
import dev.fanfara.testing.GatewayProcess;
import dev.fanfara.testing.TestClient;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What members learn of each other changes while they are there, on two nodes that read one file. */
class PresenceChangeIT {
    @TempDir
    private Path directory;

    @Test
    void presenceIsRightAfterItsModeWasChanged() throws IOException {
        write("none");
        List<Integer> ports = GatewayProcess.freePorts(2);
        try (GatewayProcess first = GatewayProcess.joinCluster(ports, 0, "-c", file().toString());
                GatewayProcess second = GatewayProcess.joinCluster(ports, 1, "-c", file().toString());
                TestClient alice = TestClient.connect(first);
                TestClient bob = TestClient.connect(second)) {
            alice.says("{'type':'join','room':'r','user':'alice'}");
            assertThat(alice.hears("joined").containsKey("members")).isFalse();
            bob.says("{'type':'join','room':'r','user':'bob'}").hears("joined");
            alice.says("{'type':'presence','room':'r'}");
            assertThat(alice.hears("error").getString("code")).isEqualTo("bad-request");

            write("full");
            assertSeesBoth(alice);
            assertSeesBoth(bob);

            write("count");
            Eventually.holds(() -> {
                alice.says("{'type':'presence','room':'r'}");
                assertThat(alice.hears("presence").containsKey("members")).isFalse();
            });
            try (TestClient carol = TestClient.connect(second)) {
                carol.says("{'type':'join','room':'r','user':'carol'}");
                assertThat(carol.hears("joined").getInteger("members")).isEqualTo(3);
            }
            Eventually.holds(() -> {
                alice.says("{'type':'presence','room':'r'}");
                assertThat(alice.hears("presence").getInteger("count")).isEqualTo(2);
            });

            write("full");
            assertSeesBoth(alice);
            assertSeesBoth(bob);
        }
    }

    private static void assertSeesBoth(TestClient client) {
        JsonArray both = new JsonArray()
                .add(new JsonObject().put("user", "alice").put("connections", 1))
                .add(new JsonObject().put("user", "bob").put("connections", 1));
        Eventually.holds(() -> {
            client.says("{'type':'presence','room':'r','id':'both'}");
            JsonObject answer = client.hearsAnswer("both");
            assertThat(answer.getInteger("count")).isEqualTo(2);
            assertThat(answer.getJsonArray("members")).isEqualTo(both);
        });
    }

    private Path file() {
        return directory.resolve("fanfara.json");
    }

    private void write(String presence) throws IOException {
        Files.writeString(
                file(),
                new JsonObject()
                        .put("demo", false)
                        .put("limits", new JsonObject().put("messages", "100000/1m"))
                        .put(
                                "rooms",
                                new JsonArray()
                                        .add(new JsonObject().put("match", "**").put("presence", presence)))
                        .encode());
    }
}
