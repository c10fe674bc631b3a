package dev.fanfara.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class PayloadTest {
    @Test
    void aTextHasTheSizeThatWasAskedFor() {
        for (int size : new int[] {Stamp.LENGTH, 128, 10_000}) {
            assertThat(object(Payload.text(size), 0).getString("text")).hasSize(size);
        }
    }

    @Test
    void jsonHasTheSizeThatWasAskedForAndIsNotAlwaysTheSame() {
        for (int size : new int[] {80, 1024, 1025, 1026, 10_000}) {
            Payload payload = Payload.json(size);
            for (int sequence = 0; sequence < 8; sequence++) {
                String member = member(payload, sequence);
                assertThat(member.substring("\"data\":".length())).hasSize(size);
                assertThat(object(payload, sequence).getJsonObject("data").getJsonArray("points"))
                        .isNotNull();
            }
        }
        assertThat(member(Payload.json(1024), 0)).isNotEqualTo(member(Payload.json(1024), 1));
    }

    @Test
    void aStampMustFitIn() {
        assertThatThrownBy(() -> Payload.text(43))
                .hasMessage("--payload: expected 44 (a stamp must fit in) to 16777216 bytes, was 43");
    }

    private static JsonObject object(Payload payload, int sequence) {
        return new JsonObject('{' + member(payload, sequence) + '}');
    }

    private static String member(Payload payload, int sequence) {
        return new String(payload.head(), StandardCharsets.US_ASCII)
                + "s".repeat(Stamp.LENGTH)
                + new String(payload.tail(sequence), StandardCharsets.US_ASCII);
    }
}
