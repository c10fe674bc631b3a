package dev.fanfara.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Offers of permessage-deflate and our answers, RFC 7692 section 7.1. */
class CompressionTest {
    @Test
    void aBrowserMustForgetItsMessagesWhetherItSpokeOfThatOrNot() {
        for (String offer : new String[] {
            "permessage-deflate",
            "permessage-deflate; client_no_context_takeover",
            "permessage-deflate; client_max_window_bits",
            "x-webkit-deflate-frame, permessage-deflate; client_max_window_bits"
        }) {
            assertThat(answer(offer))
                    .as(offer)
                    .containsExactlyInAnyOrder("permessage-deflate", "client_no_context_takeover");
        }
    }

    /** Netty's and Vert.x's fail a handshake that demands what they did not offer. */
    @Test
    void anotherClientMustForgetThemOnlyIfItOffersTo() {
        assertThat(Compression.answer("permessage-deflate", false)).isEqualTo("permessage-deflate");
        assertThat(Compression.answer("permessage-deflate; client_no_context_takeover", false))
                .isEqualTo("permessage-deflate; client_no_context_takeover");
    }

    @Test
    void aClientThatWantsUsToForgetIsToldThatWeDo() {
        assertThat(answer("permessage-deflate; server_no_context_takeover"))
                .containsExactlyInAnyOrder(
                        "permessage-deflate", "client_no_context_takeover", "server_no_context_takeover");
    }

    @Test
    void aClientMayHaveASmallerWindow() {
        assertThat(answer("permessage-deflate; client_max_window_bits=10"))
                .containsExactlyInAnyOrder(
                        "permessage-deflate", "client_max_window_bits=10", "client_no_context_takeover");
    }

    @Test
    void anOfferThatWantsOurWindowSmallerIsPassedOver() {
        assertThat(answer("permessage-deflate; server_max_window_bits=10")).isEmpty();
        assertThat(answer("permessage-deflate; server_max_window_bits=10, permessage-deflate"))
                .containsExactlyInAnyOrder("permessage-deflate", "client_no_context_takeover");
    }

    @Test
    void anOfferWeDoNotUnderstandIsPassedOver() {
        for (String offer : new String[] {
            "", "permessage-bzip2", "permessage-deflate; x", "permessage-deflate; client_max_window_bits=16"
        }) {
            assertThat(answer(offer)).as(offer).isEmpty();
        }
    }

    private static List<String> answer(String offers) {
        String answer = Compression.answer(offers, true);
        return answer == null ? List.of() : List.of(answer.split("; "));
    }
}
