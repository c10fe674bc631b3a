package dev.fanfara.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.Validator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import org.jspecify.annotations.Nullable;

/** Calls operations of the HTTP API by their ids, and holds every answer against the document the gateway serves. */
public final class ApiClient {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final List<String> METHODS = List.of("get", "post", "patch", "delete");

    private final GatewayProcess gateway;
    private final String[] headers;
    private final JsonObject document;
    /** Operations that did what they are for, here and in {@link #with}. */
    private final Set<String> done;

    /** {@code body} is null where there is none. */
    public record Reply(int status, @Nullable Object body, HttpResponse<String> response) {
        public JsonObject json() {
            if (body instanceof JsonObject json) {
                return json;
            }
            throw new AssertionError("expected an object, got " + status + " " + body);
        }

        public JsonArray array() {
            if (body instanceof JsonArray json) {
                return json;
            }
            throw new AssertionError("expected an array, got " + status + " " + body);
        }
    }

    private record Operation(String method, String template, JsonObject is) {}

    private ApiClient(GatewayProcess gateway, JsonObject document, Set<String> done, String... headers) {
        this.gateway = gateway;
        this.headers = headers;
        this.document = document;
        this.done = done;
    }

    /** The headers are credentials. */
    public static ApiClient of(GatewayProcess gateway, String... headers) {
        JsonObject document = new JsonObject(gateway.get("/api/openapi.json").body());
        return new ApiClient(gateway, document, new ConcurrentSkipListSet<>(), headers);
    }

    /** The same with other credentials. */
    public ApiClient with(String... others) {
        return new ApiClient(gateway, document, done, others);
    }

    /** The same, asking another node. */
    public ApiClient at(GatewayProcess other) {
        return new ApiClient(other, document, done, headers);
    }

    public Reply call(String operationId, String path) {
        return call(operationId, path, null);
    }

    /** {@code path} as below {@code /api}. */
    public Reply call(String operationId, String path, @Nullable String body) {
        Operation operation = operation(operationId);
        String pathOnly = path.contains("?") ? path.substring(0, path.indexOf('?')) : path;
        assertThat(pathOnly).matches(operation.template.replaceAll("\\{.*?}", "[^/]+"));
        HttpResponse<String> response = send(operation.method, path, body);
        Object json = response.body().isEmpty() ? null : Json.decodeValue(response.body());
        judge(operationId, operation.is, response, json);
        if (response.statusCode() < 300) {
            done.add(operationId);
        }
        return new Reply(response.statusCode(), json, response);
    }

    public Set<String> done() {
        return done;
    }

    public Set<String> operations() {
        Set<String> all = new ConcurrentSkipListSet<>();
        forEachOperation(operation -> all.add(operation.is.getString("operationId")));
        return all;
    }

    private HttpResponse<String> send(String method, String path, @Nullable String body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(gateway.url() + "/api" + path))
                .method(
                        method.toUpperCase(Locale.ROOT),
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        if (body != null) {
            request.header("Content-Type", "application/json");
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError(interrupted);
        }
    }

    private Operation operation(String id) {
        Operation[] found = new Operation[1];
        forEachOperation(operation -> {
            if (id.equals(operation.is.getString("operationId"))) {
                found[0] = operation;
            }
        });
        assertThat(found[0]).as(id).isNotNull();
        return found[0];
    }

    private void forEachOperation(java.util.function.Consumer<Operation> action) {
        JsonObject paths = document.getJsonObject("paths");
        for (String path : paths.fieldNames()) {
            for (String method : METHODS) {
                JsonObject operation = paths.getJsonObject(path).getJsonObject(method);
                if (operation != null) {
                    action.accept(new Operation(method, path, operation));
                }
            }
        }
    }

    private void judge(String id, JsonObject operation, HttpResponse<String> response, @Nullable Object json) {
        String status = Integer.toString(response.statusCode());
        JsonObject expected = operation.getJsonObject("responses").getJsonObject(status);
        assertThat(expected)
                .as(id + " answers " + status + ", as the document says: " + response.body())
                .isNotNull();
        String reference = expected.getString("$ref");
        if (reference != null) {
            String name = reference.substring(reference.lastIndexOf('/') + 1);
            expected = document.getJsonObject("components")
                    .getJsonObject("responses")
                    .getJsonObject(name);
        }
        JsonObject content = expected.getJsonObject("content");
        if (content == null) {
            assertThat(json).isNull();
            return;
        }
        String type = response.headers().firstValue("Content-Type").orElse("none");
        assertThat(content.fieldNames()).as(id + " " + status).contains(type);
        OutputUnit verdict = validate(content.getJsonObject(type).getJsonObject("schema"), json);
        assertThat(verdict.getValid())
                .as(() -> response.body() + verdict.getErrors())
                .isTrue();
    }

    private OutputUnit validate(JsonObject schema, @Nullable Object json) {
        JsonObject whole = new JsonObject()
                .put("$schema", "https://json-schema.org/draft/2020-12/schema")
                .put("components", document.getJsonObject("components").copy())
                .put("allOf", new JsonArray().add(schema.copy()));
        JsonSchemaOptions options = new JsonSchemaOptions()
                .setDraft(Draft.DRAFT202012)
                .setOutputFormat(OutputFormat.Basic)
                .setBaseUri("https://fanfara.dev/");
        return Validator.create(JsonSchema.of(whole), options).validate(json);
    }
}
