package dev.fanfara.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.fanfara.testing.Eventually;
import dev.fanfara.testing.GatewayProcess;
import dev.fanfara.testing.TestClient;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two nodes and the backend that wants to know which rooms of the cluster have members: of one room for both, once. */
class RoomEventsIT {
    private final List<String> told = new CopyOnWriteArrayList<>();
    private HttpServer backend;
    private GatewayProcess oldest;
    private GatewayProcess younger;

    @BeforeEach
    void start() throws IOException {
        backend = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        backend.createContext("/", this::take);
        backend.start();
        String hooks = "hooks={\"secret\":\"whsec_" + Base64.getEncoder().encodeToString(new byte[32])
                + "\",\"events\":{\"url\":\"http://127.0.0.1:"
                + backend.getAddress().getPort()
                + "/\",\"types\":[\"room-occupied\",\"room-vacated\"]}}";
        List<GatewayProcess> nodes = GatewayProcess.cluster(2, "--no-demo", "--set", hooks);
        oldest = nodes.get(0);
        younger = nodes.get(1);
    }

    @AfterEach
    void stop() {
        oldest.close();
        younger.close();
        backend.stop(0);
    }

    private void take(HttpExchange exchange) throws IOException {
        JsonObject said = new JsonObject(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        said.getJsonObject("data")
                .getJsonArray("events")
                .forEach(each ->
                        told.add(((JsonObject) each).getString("type") + " " + ((JsonObject) each).getString("room")));
        exchange.sendResponseHeaders(204, -1);
        exchange.close();
    }

    @Test
    void roomsAreOccupiedOnceForAllNodesAndVacatedWhenTheLastIsGone() {
        TestClient here = TestClient.connect(oldest);
        TestClient there = TestClient.connect(younger);
        there.joins("both");
        here.joins("both");
        there.joins("elsewhere");
        here.joins("dies");
        Eventually.holds(() -> assertThat(told)
                .containsExactlyInAnyOrder("room-occupied both", "room-occupied elsewhere", "room-occupied dies"));

        there.leaves("elsewhere");
        there.leaves("both");
        Eventually.holds(() -> assertThat(told).contains("room-vacated elsewhere"));
        assertThat(told).hasSize(4).doesNotContain("room-vacated both");

        there.joins("stays");
        Eventually.holds(() -> assertThat(told).contains("room-occupied stays"));
        oldest.kill();

        Eventually.holds(() -> assertThat(told).contains("room-vacated both", "room-vacated dies"));
        assertThat(told).doesNotContain("room-vacated stays");
    }
}
