package dev.fanfara.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DidYouMeanTest {
    @ParameterizedTest
    @CsvSource({
        "prot,port",
        "PORT,port",
        "allowed-origins,allowedOrigins",
        "allowed_origin,allowedOrigins",
        "hots,host",
        "compresion,compression",
        "zebra,",
        "x,"
    })
    void nearWordIsFoundAndNoneIsInvented(String written, String meant) {
        List<String> words = List.of("host", "port", "allowedOrigins", "compression");

        assertThat(DidYouMean.closest(written, words)).isEqualTo(meant);
    }
}
