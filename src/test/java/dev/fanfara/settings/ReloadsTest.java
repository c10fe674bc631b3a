package dev.fanfara.settings;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ReloadsTest {
    private final Reloads reloads = new Reloads();

    @Test
    void theLastTwentyAreKeptTheNewestFirst() {
        for (int i = 1; i <= 25; i++) {
            reloads.refused("f.json", "hash", "mistake " + i);
        }

        assertThat(reloads.latest()).hasSize(20);
        assertThat(reloads.latest().get(0).sentence()).isEqualTo("mistake 25");
        assertThat(reloads.latest().get(19).sentence()).isEqualTo("mistake 6");
    }

    @Test
    void aFileThatIsWrongAllOverIsCutShort() {
        reloads.refused("f.json", "hash", "x".repeat(1_000_000));

        assertThat(reloads.latest().get(0).sentence()).hasSize(2_001);
    }
}
