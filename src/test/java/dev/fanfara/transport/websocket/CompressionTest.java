package dev.fanfara.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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
        assertThat(answer("permessage-deflate", false)).containsExactly("permessage-deflate");
        assertThat(answer("permessage-deflate; client_no_context_takeover", false))
                .containsExactly("permessage-deflate", "client_no_context_takeover");
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
    void ourLargestWindowIsSmallEnoughForWhoSaysSo() {
        assertThat(answer("permessage-deflate; server_max_window_bits=15", false))
                .containsExactly("permessage-deflate", "server_max_window_bits=15");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "permessage-bzip2",
                "permessage-deflate; x",
                "permessage-deflate; client_max_window_bits=16",
                "permessage-deflate; client_max_window_bits=7",
                "permessage-deflate; client_max_window_bits=09",
                "permessage-deflate; client_max_window_bits=",
                "permessage-deflate; client_max_window_bits=\"10",
                "permessage-deflate; server_max_window_bits",
                "permessage-deflate; server_max_window_bits=x",
                "permessage-deflate; server_max_window_bits=-9",
                "permessage-deflate; server_no_context_takeover=1",
                "permessage-deflate; client_no_context_takeover=\"true\"",
                "permessage-deflate; client_no_context_takeover; client_no_context_takeover",
                "permessage-deflate; server_max_window_bits=10; server_max_window_bits=11",
                "permessage-deflate;",
                "permessage-deflate server_no_context_takeover",
                "permessage-deflate=1",
            })
    void anOfferWeDoNotUnderstandIsPassedOver(String offer) {
        assertThat(answer(offer)).isEmpty();
        assertThat(forConformance(offer)).isEqualTo("none");
        assertThat(forConformance(offer + ", permessage-deflate")).isEqualTo("permessage-deflate");
    }

    /** What is not said stays open, so there is context then; what a client wants it gets, and what it offers we take. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "permessage-deflate|permessage-deflate",
                " permessage-deflate ; server_no_context_takeover|permessage-deflate; server_no_context_takeover",
                "permessage-deflate;client_no_context_takeover|permessage-deflate; client_no_context_takeover",
                "permessage-deflate; client_max_window_bits|permessage-deflate",
                "permessage-deflate; client_max_window_bits=9|permessage-deflate; client_max_window_bits=9",
                "permessage-deflate; client_max_window_bits = \"12\"|permessage-deflate; client_max_window_bits=12",
                "permessage-deflate; server_max_window_bits=9|permessage-deflate; server_max_window_bits=9",
                "permessage-deflate; server_max_window_bits=15|permessage-deflate; server_max_window_bits=15",
                "permessage-deflate; server_max_window_bits=8|none",
                "permessage-deflate; server_max_window_bits=8, permessage-deflate; client_max_window_bits"
                        + "|permessage-deflate",
                "x-webkit-deflate-frame, permessage-deflate; server_max_window_bits=10, permessage-deflate"
                        + "|permessage-deflate; server_max_window_bits=10",
                "permessage-deflate; client_max_window_bits=11; server_max_window_bits=10; client_no_context_takeover;"
                        + " server_no_context_takeover|permessage-deflate; server_no_context_takeover;"
                        + " client_no_context_takeover; server_max_window_bits=10; client_max_window_bits=11",
            })
    void whoTestsUsGetsEveryParameterOfTheStandard(String offers, String answer) {
        assertThat(forConformance(offers)).isEqualTo(answer);
    }

    @Test
    void offersMayComeInSeveralHeaders() {
        assertThat(forConformance("x", "permessage-deflate; server_max_window_bits=11"))
                .isEqualTo("permessage-deflate; server_max_window_bits=11");
    }

    private static List<String> answer(String offers) {
        return answer(offers, true);
    }

    private static List<String> answer(String offers, boolean isBrowser) {
        return Compression.answer(List.of(offers), isBrowser)
                .map(agreed -> List.of(agreed.header().split("; ")))
                .orElse(List.of());
    }

    private static String forConformance(String... offers) {
        return Compression.answerForConformance(List.of(offers))
                .map(DeflateParameters::header)
                .orElse("none");
    }
}
