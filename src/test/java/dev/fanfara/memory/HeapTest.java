package dev.fanfara.memory;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HeapTest {
    private final Heap heap = new Heap();

    @Test
    void memoryIsLowFromOneLineOnAndEnoughOnlyWellBelowIt() {
        heap.collected(79, 100);
        assertThat(heap.isLow()).isFalse();

        heap.collected(80, 100);
        assertThat(heap.isLow()).isTrue();
        heap.collected(70, 100);
        assertThat(heap.isLow()).isTrue();

        heap.collected(69, 100);
        assertThat(heap.isLow()).isFalse();
        heap.collected(79, 100);
        assertThat(heap.isLow()).isFalse();
    }

    @Test
    void lowMemoryIsCriticalWhereItIsNearlySpent() {
        heap.collected(89, 100);
        assertThat(heap.isCritical()).isFalse();
        heap.collected(90, 100);
        assertThat(heap.isCritical()).isTrue();
        heap.collected(85, 100);
        assertThat(heap.isCritical()).isFalse();
    }
}
