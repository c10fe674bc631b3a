package dev.fanfara.bus;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ListingTest {
    private static final Listing.How<String, Integer, UserLine> COUNTED = new Listing.How<>(
            user -> true, user -> user, (before, user) -> before == null ? 1 : before + 1, UserLine::new);

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void stop() {
        vertx.close().await();
    }

    @Test
    void firstOnesAreFoundWithAllThatIsSaidOfThem() {
        List<String> all = new ArrayList<>();
        IntStream.range(0, 9_000).forEach(i -> all.add("user-" + 1000 + i % 3_000));
        Collections.shuffle(all, new Random(1));

        Part<UserLine> part = list(COUNTED, all, new PageRequest("user-10001", 3));

        assertThat(part.items())
                .containsExactly(
                        new UserLine("user-100010", 3),
                        new UserLine("user-1000100", 3),
                        new UserLine("user-10001000", 3));
        assertThat(part.end()).isEqualTo("user-10001000");
    }

    @Test
    void whatFitsHasNothingBehindIt() {
        assertThat(list(COUNTED, List.of("b", "a"), new PageRequest(null, 2)))
                .isEqualTo(new Part<>(List.of(new UserLine("a", 1), new UserLine("b", 1)), null));
        assertThat(list(COUNTED, List.of("b", "a"), new PageRequest("b", 2))).isEqualTo(new Part<>(List.of(), null));
    }

    @Test
    void longNamesEndAPageEarly() {
        List<String> all = IntStream.range(1000, 1100)
                .mapToObj(i -> i + "x".repeat(10_000))
                .toList();

        Part<UserLine> part = list(COUNTED, all, new PageRequest(null, 100));

        assertThat(part.items()).hasSize(Listing.MAX_BYTES / (10_004 + 40));
        assertThat(part.end())
                .isEqualTo(part.items().get(part.items().size() - 1).key());
    }

    @Test
    void whoIsGoneMeanwhileIsLeftOutAndThePageSaysHowFarItReaches() {
        Listing.How<String, String, UserLine> vanishing =
                new Listing.How<>(user -> true, user -> user, (before, user) -> user, (key, user) -> vanished());

        assertThat(list(vanishing, List.of("d", "a", "c", "b"), new PageRequest(null, 2)))
                .isEqualTo(new Part<>(List.of(), "c"));
    }

    private static @Nullable UserLine vanished() {
        return null;
    }

    private <A> Part<UserLine> list(Listing.How<String, A, UserLine> how, List<String> all, PageRequest page) {
        return Listing.of(vertx.getOrCreateContext(), all, how, page).await();
    }
}
