package dev.fanfara.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.memory.Intake;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ParkedTest {
    private final Intake intake = new Intake(1 << 20);
    private final Parked parked = new Parked(intake);
    private final List<String> done = new ArrayList<>();

    @Test
    void whatWaitsGoesOnInItsOrderUntilTheBackendIsAskedAgain() {
        parked.await();
        assertThat(parked.add(10, () -> done.add("one"))).isTrue();
        assertThat(parked.add(10, parked::await)).isTrue();
        assertThat(parked.add(10, () -> done.add("two"))).isTrue();

        parked.goOn(() -> done.add("."));
        assertThat(done).containsExactly("one", ".", ".");
        assertThat(parked.isWaiting()).isTrue();

        parked.goOn(() -> done.add("."));
        assertThat(done).containsExactly("one", ".", ".", "two", ".");
        assertThat(parked.isWaiting()).isFalse();
        assertThat(intake.bytes()).isZero();
    }

    /** A backend that is not even asked answers at once. */
    @Test
    void anAnswerAtOnceKeepsTheOrder() {
        parked.await();
        for (int i = 0; i < 500; i++) {
            String name = Integer.toString(i);
            parked.add(10, () -> {
                parked.await();
                parked.goOn(() -> {});
                done.add(name);
            });
        }
        parked.goOn(() -> {});

        assertThat(done).hasSize(500).startsWith("0", "1").endsWith("499");
    }

    @Test
    void onlySoMuchWaits() {
        parked.await();
        int taken = 0;
        while (parked.add(1_000, () -> {})) {
            taken++;
        }
        assertThat(taken).isEqualTo(Parked.MAX_BYTES / 1_256);
        parked.clear();
        assertThat(intake.bytes()).isZero();
    }

    @Test
    void aNodeThatHasEnoughParksNothing() {
        parked.await();
        intake.add(1 << 20);
        assertThat(parked.add(10, () -> {})).isFalse();
    }
}
