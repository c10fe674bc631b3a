package dev.fanfara.http;

import dev.fanfara.protocol.Scope;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.openapi.contract.OpenAPIContract;
import io.vertx.openapi.contract.Operation;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * The API as its OpenAPI document says it is: its routes, their parameters, and what a caller must show. One per node.
 * Immutable.
 *
 * <p>vertx-openapi 5.0.10 knows no {@code application/problem+json}, no merge patches and no relative servers, and where
 * an operation can be paid for in two ways it wants its own authentication. So it gets a copy without bodies, answers and
 * credentials: the paths and their parameters.
 */
public final class ApiContract {
    private static final String DOCUMENT = "openapi.yaml";
    private static final Set<String> METHODS = Set.of("get", "post", "patch", "delete");

    private record Terms(boolean open, Optional<Scope> scope, boolean hasBody) {}

    private final Buffer yaml;
    private final JsonObject document;
    private final OpenAPIContract paths;
    private final Map<String, Terms> terms = new HashMap<>();

    private ApiContract(Buffer yaml, JsonObject document, OpenAPIContract paths) {
        this.yaml = yaml;
        this.document = document;
        this.paths = paths;
        JsonArray byDefault = document.getJsonArray("security");
        operations(document).forEach((id, operation) -> terms.put(id, terms(operation, byDefault)));
    }

    /** Reads the document and has it judged. */
    public static Future<ApiContract> load(Vertx vertx) {
        return vertx.executeBlocking(
                        () -> {
                            byte[] yaml = read();
                            Map<String, Object> document = new Yaml(new SafeConstructor(new LoaderOptions()))
                                    .load(Buffer.buffer(yaml).toString());
                            return new ApiContract.Read(Buffer.buffer(yaml), new JsonObject(document));
                        },
                        false)
                .compose(read -> OpenAPIContract.from(vertx, pathsOnly(read.document))
                        .map(paths -> new ApiContract(read.yaml, read.document, paths)));
    }

    private record Read(Buffer yaml, JsonObject document) {}

    private static byte[] read() {
        try (InputStream in = ApiContract.class.getClassLoader().getResourceAsStream(DOCUMENT)) {
            if (in == null) {
                throw new IllegalStateException(DOCUMENT + " is not on the class path");
            }
            return in.readAllBytes();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static JsonObject pathsOnly(JsonObject document) {
        JsonObject copy = document.copy();
        copy.remove("servers");
        copy.remove("security");
        JsonObject components = copy.getJsonObject("components");
        components.remove("securitySchemes");
        components.remove("requestBodies");
        components.remove("responses");
        JsonObject anyAnswer = new JsonObject().put("default", new JsonObject().put("description", "see the document"));
        operations(copy).values().forEach(operation -> {
            operation.remove("security");
            operation.remove("requestBody");
            operation.put("responses", anyAnswer.copy());
        });
        return copy;
    }

    /** By their ids. */
    private static Map<String, JsonObject> operations(JsonObject document) {
        Map<String, JsonObject> operations = new HashMap<>();
        JsonObject paths = document.getJsonObject("paths");
        for (String path : paths.fieldNames()) {
            JsonObject item = paths.getJsonObject(path);
            for (String member : item.fieldNames()) {
                if (METHODS.contains(member)) {
                    JsonObject operation = item.getJsonObject(member);
                    operations.put(operation.getString("operationId"), operation);
                }
            }
        }
        return operations;
    }

    /** The alternatives differ in what is shown, not in what it must allow. */
    private static Terms terms(JsonObject operation, JsonArray byDefault) {
        JsonArray alternatives = operation.getJsonArray("security", byDefault);
        boolean hasBody = operation.containsKey("requestBody");
        if (alternatives.isEmpty()) {
            return new Terms(true, Optional.empty(), hasBody);
        }
        JsonArray scopes = alternatives.getJsonObject(0).getJsonArray("bearer");
        Optional<Scope> scope = scopes.isEmpty()
                ? Optional.empty()
                : Optional.of(Scope.valueOf(scopes.getString(0).toUpperCase(Locale.ROOT)));
        return new Terms(false, scope, hasBody);
    }

    OpenAPIContract paths() {
        return paths;
    }

    /** Whether it asks nobody who it is. */
    boolean isOpen(Operation operation) {
        return of(operation).open;
    }

    /** What it asks of every caller; where that is nothing, the operation looks at the caller's rights itself. */
    Optional<Scope> scope(Operation operation) {
        return of(operation).scope;
    }

    boolean hasBody(Operation operation) {
        return of(operation).hasBody;
    }

    private Terms of(Operation operation) {
        Terms known = terms.get(operation.getOperationId());
        if (known == null) {
            throw new IllegalStateException("unknown operation " + operation.getOperationId());
        }
        return known;
    }

    public JsonObject document() {
        return document.copy();
    }

    /** The document and the page that shows it, by their paths below {@code /api}. */
    public Map<String, Buffer> files() {
        Map<String, Buffer> files = new HashMap<>(SwaggerUi.files());
        files.put("/api/openapi.yaml", yaml);
        files.put("/api/openapi.json", document.toBuffer());
        return files;
    }
}
