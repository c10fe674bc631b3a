package dev.fanfara.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.bus.Part;
import dev.fanfara.bus.UserLine;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PagesTest {
    @Test
    void pagesOfSeveralLoopsAreOneListWithoutHolesOrRepetitions() {
        for (long seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            List<TreeMap<String, Integer>> loops = new ArrayList<>();
            TreeMap<String, Integer> all = new TreeMap<>();
            for (int loop = 0; loop < 1 + random.nextInt(5); loop++) {
                TreeMap<String, Integer> users = new TreeMap<>();
                for (int i = random.nextInt(30); i > 0; i--) {
                    users.put("u" + random.nextInt(40), 1 + random.nextInt(3));
                }
                users.forEach((user, connections) -> all.merge(user, connections, Integer::sum));
                loops.add(users);
            }
            int limit = 1 + random.nextInt(7);

            TreeMap<String, Integer> seen = new TreeMap<>();
            String after = null;
            do {
                List<Part<UserLine>> parts = new ArrayList<>();
                for (TreeMap<String, Integer> users : loops) {
                    // A loop may tell fewer than it was asked for.
                    parts.add(part(users, after, 1 + random.nextInt(limit)));
                }
                Pages.Page<UserLine> page = Pages.merge(parts, limit, UserLine::plus);
                assertThat(page.items()).hasSizeLessThanOrEqualTo(limit);
                page.items()
                        .forEach(line -> assertThat(seen.put(line.user(), line.connections()))
                                .isNull());
                after = page.last();
            } while (after != null);

            assertThat(seen).as("seed " + seed).isEqualTo(all);
        }
    }

    private static Part<UserLine> part(TreeMap<String, Integer> users, @Nullable String after, int most) {
        Map<String, Integer> behind = after == null ? users : users.tailMap(after, false);
        List<UserLine> lines = behind.entrySet().stream()
                .limit(most)
                .map(entry -> new UserLine(entry.getKey(), entry.getValue()))
                .toList();
        return new Part<>(lines, behind.size() > most ? lines.get(most - 1).key() : null);
    }
}
