package dev.fanfara.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.protocol.ErrorCode;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.openapi.contract.OpenAPIVersion;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class ApiContractTest {
    private static final Vertx VERTX = Vertx.vertx();
    private static final JsonObject DOCUMENT = ApiContract.load(VERTX).await().document();

    @AfterAll
    static void stop() {
        VERTX.close().await();
    }

    @Test
    void documentIsValid() {
        var judge = OpenAPIVersion.V3_1.getRepository(VERTX, "app://").await();

        var verdict =
                OpenAPIVersion.V3_1.validateContract(VERTX, judge, DOCUMENT).await();

        assertThat(verdict.getValid())
                .as(() -> String.valueOf(verdict.getErrors()))
                .isTrue();
    }

    @Test
    void documentNamesEveryErrorCode() {
        assertThat(DOCUMENT.getJsonObject("components")
                        .getJsonObject("schemas")
                        .getJsonObject("ErrorCode")
                        .getJsonArray("enum"))
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(ErrorCode.values())
                        .map(ErrorCode::wireName)
                        .map(Object.class::cast)
                        .toList());
    }

    @Test
    void referencesLeadSomewhere() {
        JsonObject components = DOCUMENT.getJsonObject("components");
        for (String part : DOCUMENT.encode().split("\"\\$ref\":\"#/components/")) {
            if (part.startsWith("{")) {
                continue;
            }
            String[] path = part.substring(0, part.indexOf('"')).split("/");
            assertThat(components.getJsonObject(path[0]).containsKey(path[1]))
                    .as(part)
                    .isTrue();
        }
    }
}
