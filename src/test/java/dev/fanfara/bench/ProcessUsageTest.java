package dev.fanfara.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ProcessUsageTest {
    @Test
    void aNameWithSpacesAndBracketsDoesNotShiftTheFields() {
        ProcessUsage usage = ProcessUsage.parse(
                "42 (a) b) S 1 42 42 0 -1 4194560 1 2 3 4 150 250 7 8 20 0 30 0 999", "Name:\ta\nVmRSS:\t  2048 kB\n");

        assertThat(usage).isEqualTo(new ProcessUsage(1.5, 2.5, 2048 * 1024));
    }

    @Test
    void aProcessThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> ProcessUsage.of(99_999_999))
                .isInstanceOf(BenchFailure.class)
                .hasMessage("--pid: cannot read /proc/99999999 (is it a process of this machine?)");
    }
}
