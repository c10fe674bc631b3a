package dev.fanfara.http;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;

/** The page that shows the API's document: Swagger UI, and the two files of ours that begin it, without inline script. */
final class SwaggerUi {
    /** As in the pom. */
    private static final String PACKAGE = "META-INF/resources/webjars/swagger-ui/5.34.1/";

    private static final String OURS = "apidocs/";

    private SwaggerUi() {}

    /** By their paths; blocks. */
    static Map<String, Buffer> files() {
        return Map.of(
                "/api/docs/index.html", read(OURS + "index.html"),
                "/api/docs/begin.js", read(OURS + "begin.js"),
                "/api/docs/page.css", read(OURS + "page.css"),
                "/api/docs/swagger-ui.css", read(PACKAGE + "swagger-ui.css"),
                "/api/docs/swagger-ui-bundle.js", read(PACKAGE + "swagger-ui-bundle.js"));
    }

    private static Buffer read(String resource) {
        try (InputStream in = SwaggerUi.class.getClassLoader().getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException(resource + " is not on the class path");
            }
            return Buffer.buffer(in.readAllBytes());
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
