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
    void whatIsRefusedIsNotInForce() {
        reloads.taken("f.json", "hash-1", "common-1", "{\"a\":1}", "in force");
        reloads.refused("f.json", "hash-1", "wrong");

        assertThat(reloads.open()).isEqualTo("{\"a\":1}");
        assertThat(reloads.common()).isEqualTo("common-1");
        assertThat(reloads.latest()).extracting(Reloads.Reload::taken).containsExactly(false, true);
    }

    @Test
    void aFileThatIsWrongAllOverIsCutShort() {
        reloads.refused("f.json", "hash", "x".repeat(1_000_000));

        assertThat(reloads.latest().get(0).sentence()).hasSize(2_001);
    }
}
