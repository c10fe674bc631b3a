package dev.fanfara.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DialectTest {
    private final List<String> done = new ArrayList<>();
    private final Dialect.Listener listener = new Dialect.Listener() {
        @Override
        public void opened() {
            done.add("opened");
        }

        @Override
        public void joined() {
            done.add("joined");
        }

        @Override
        public void answer(String text) {
            done.add("answer " + text);
        }

        @Override
        public void refused(String code, String sentence) {
            done.add("refused " + code + ": " + sentence);
        }
    };

    @Test
    void theNativeProtocolIsUnderstood() {
        hear(Dialect.NATIVE, null, "{\"type\":\"welcome\"}");
        hear(Dialect.NATIVE, null, "{\"type\":\"joined\",\"room\":\"bench-0\"}");
        hear(Dialect.NATIVE, null, "{\"type\":\"error\",\"code\":\"forbidden\",\"message\":\"No.\"}");
        hear(Dialect.NATIVE, null, "{\"type\":\"error\",\"co");

        assertThat(done).containsExactly("joined", "refused forbidden: No.", "refused ?: {\"type\":\"error\",\"co");
    }

    @Test
    void socketIoIsUnderstood() {
        hear(Dialect.SOCKET_IO, null, "0{\"sid\":\"a\"}");
        hear(Dialect.SOCKET_IO, "jwt", "0{\"sid\":\"a\"}");
        hear(Dialect.SOCKET_IO, null, "40{\"sid\":\"b\"}");
        hear(Dialect.SOCKET_IO, null, "2");
        hear(Dialect.SOCKET_IO, null, "430[{\"room\":\"bench-0\"}]");
        hear(Dialect.SOCKET_IO, null, "431[]");
        hear(Dialect.SOCKET_IO, null, "430[{\"error\":{\"code\":\"forbidden\",\"message\":\"No.\"}}]");
        hear(Dialect.SOCKET_IO, null, "430[{\"error\":\"forbidden\"}]");
        hear(Dialect.SOCKET_IO, null, "44{\"message\":\"Invalid token\"}");
        hear(Dialect.SOCKET_IO, null, "42[\"user-joined\",{}]");

        assertThat(done)
                .containsExactly(
                        "answer 40",
                        "answer 40{\"token\":\"jwt\"}",
                        "opened",
                        "answer 3",
                        "joined",
                        "joined",
                        "refused forbidden: No.",
                        "refused forbidden: ",
                        "refused connect-error: Invalid token");
    }

    private void hear(Dialect dialect, @Nullable String token, String text) {
        dialect.heard(text, token, listener);
    }
}
