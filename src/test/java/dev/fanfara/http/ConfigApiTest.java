package dev.fanfara.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.metrics.VertxMeters;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ConfigApiTest {
    private static final String WIDER = "{\"connections\":{\"outboundBudget\":\"2MiB\"}}";
    private static final String WRONG = "{\"connections\":{\"outboundBudgt\":\"2MiB\"}}";

    private final HttpRig rig = HttpRig.with();
    private final HttpClient client = HttpClient.newHttpClient();
    private final int port;

    ConfigApiTest() {
        ManagementVerticle verticle = new ManagementVerticle(
                rig.parts, VertxMeters.registry(), HttpRig.operations(new Health(List.of(), List.of(), List.of())));
        rig.vertx.deployVerticle(verticle).await();
        port = verticle.port();
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void planIsLookedAtAndNothingIsChanged() throws Exception {
        JsonObject plan = json(post("/plan", WIDER), 200);

        assertThat(plan.getJsonArray("changes"))
                .contains(new JsonObject()
                        .put("key", "/connections/outboundBudget")
                        .put("before", "1MiB")
                        .put("after", "2MiB")
                        .put("takesEffect", "live"));
        assertThat(rig.inForce).isEmpty();
    }

    @Test
    void planOfABadDocumentNamesTheMistakes() throws Exception {
        JsonObject plan = json(post("/plan", WRONG), 200);

        assertThat(plan.getBoolean("valid")).isFalse();
        JsonObject error = plan.getJsonArray("nodes")
                .getJsonObject(0)
                .getJsonArray("errors")
                .getJsonObject(0);
        assertThat(error.getString("pointer")).isEqualTo("/connections/outboundBudgt");
        assertThat(error.getString("didYouMean")).isEqualTo("\"outboundBudget\"");
    }

    @Test
    void whatIsNoJsonIsAMistakeToo() throws Exception {
        assertThat(json(post("/plan", "{"), 200).getBoolean("valid")).isFalse();
    }

    @Test
    void appliedOneIsInForceAndCanBeTakenBack() throws Exception {
        JsonObject applied = json(post("/apply?version=0&note=more%20room", WIDER), 200);

        assertThat(applied.getLong("version")).isEqualTo(1);
        assertThat(applied.getJsonArray("versions").getJsonObject(0).getString("note"))
                .isEqualTo("more room");
        assertThat(applied.getJsonObject("effective")
                        .getJsonObject("connections")
                        .getString("outboundBudget"))
                .isEqualTo("2MiB");
        assertThat(rig.inForce).hasSize(1);

        JsonObject back = json(post("/rollback?version=0", ""), 200);

        assertThat(back.getJsonArray("nodes").getJsonObject(0).getLong("version"))
                .isZero();
        assertThat(rig.inForce).hasSize(2);
        assertThat(json(get(), 200).getLong("version")).isEqualTo(2);
    }

    @Test
    void whatCannotBeAppliedIsAProblemWithThePlan() throws Exception {
        HttpResponse<String> answer = post("/apply", WRONG);

        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
        JsonObject problem = json(answer, 422);
        assertThat(problem.getString("detail")).contains("nothing was changed");
        assertThat(problem.getBoolean("valid")).isFalse();
        assertThat(rig.inForce).isEmpty();
    }

    @Test
    void anotherVersionThanTheOneInForceIsAConflict() throws Exception {
        json(post("/apply", WIDER), 200);

        assertThat(json(post("/apply?version=0", WIDER), 409).getString("code")).isEqualTo("conflict");
    }

    @Test
    void wrongNumbersAndLargeDocumentsAreRefused() throws Exception {
        json(post("/rollback", ""), 400);
        json(post("/rollback?version=-1", ""), 400);
        json(post("/rollback?version=7", ""), 400);
        json(post("/apply?version=x", WIDER), 400);
        json(post("/apply?note=" + "x".repeat(201), WIDER), 400);
        json(post("/plan", " ".repeat(256 * 1024) + WIDER), 413);
    }

    private HttpResponse<String> post(String path, String body) throws Exception {
        return send(request(path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    private HttpResponse<String> get() throws Exception {
        return send(request(""));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/admin/api/config" + path));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static JsonObject json(HttpResponse<String> answer, int status) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        return new JsonObject(answer.body());
    }
}
