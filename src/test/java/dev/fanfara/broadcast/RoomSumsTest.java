package dev.fanfara.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.bus.Addresses;
import dev.fanfara.bus.NodeRef;
import dev.fanfara.protocol.RoomName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is kept from change to change equals what a walk over all rooms would find. */
class RoomSumsTest {
    private static final int CHANGES = 20_000;
    private static final int[] NODE_SIZES = {1, 2, 3, 8};

    private final Random random = new Random(7);
    private final List<RoomName> names = IntStream.range(0, 300)
            .mapToObj(i -> new RoomName("room:" + Integer.toString(i * 7919, 36)))
            .toList();

    @Test
    void sumsFollowRoomsThatOpenAndClose() {
        Set<RoomName> rooms = new HashSet<>();
        RoomSums sums = new RoomSums(rooms);
        for (int change = 0; change < CHANGES; change++) {
            RoomName room = oneOf(names);
            if (rooms.add(room)) {
                sums.added(room);
            } else {
                rooms.remove(room);
                sums.removed(room);
            }
            int loops = NODE_SIZES[random.nextInt(NODE_SIZES.length)];
            int loop = random.nextInt(loops);
            assertThat(sums.part(loops, loop)).isEqualTo(recomputed(rooms, loops, loop));
        }
    }

    @Test
    void interestsOfNodesOfDifferentSizesKeepTheirSums() {
        List<NodeRef> nodes =
                List.of(new NodeRef("a", 1), new NodeRef("b", 2), new NodeRef("c", 3), new NodeRef("d", 8));
        Map<String, Set<RoomName>> model = new HashMap<>();
        Set<RoomName> known = new HashSet<>();
        Interests interests = new Interests(new Interests.Changes() {
            @Override
            public void wanted(RoomName room) {
                assertThat(known.add(room)).isTrue();
            }

            @Override
            public void unwanted(RoomName room) {
                assertThat(known.remove(room)).isTrue();
            }

            @Override
            public void lost(RoomName room) {
                unwanted(room);
            }
        });
        for (int change = 0; change < CHANGES; change++) {
            NodeRef ref = oneOf(nodes);
            String node = ref.id();
            int loops = ref.loops();
            int loop = random.nextInt(loops);
            Set<RoomName> wanted = model.computeIfAbsent(node, n -> new HashSet<>());
            RoomName room = oneOf(names);
            switch (random.nextInt(100)) {
                case 0 -> {
                    interests.drop(node);
                    wanted.clear();
                }
                case 1, 2, 3 -> {
                    List<RoomName> part = some(loops, loop);
                    interests.replaceSome(node, part, each -> Addresses.loopOf(each, loops) == loop);
                    wanted.removeIf(each -> Addresses.loopOf(each, loops) == loop);
                    wanted.addAll(part);
                }
                default -> {
                    if (random.nextInt(3) > 0) {
                        interests.add(node, room);
                        wanted.add(room);
                    } else {
                        interests.remove(node, room);
                        wanted.remove(room);
                    }
                }
            }
            assertThat(interests.sum(node, loops, loop)).isEqualTo(recomputed(wanted, loops, loop));
            assertThat(known.contains(room)).isEqualTo(!wantedBy(model, room).isEmpty());
            assertThat(interests.nodesOf(room)).containsExactlyInAnyOrderElementsOf(wantedBy(model, room));
        }
        assertThat(known).isEqualTo(all(model));
    }

    @Test
    void aLoopThatANodeDoesNotHaveIsInChargeOfNothing() {
        RoomSums sums = new RoomSums(Set.copyOf(names));

        assertThat(sums.part(2, 2)).isEqualTo(recomputed(Set.of(), 2, 2));
    }

    @Test
    void setsThatDifferInOneNameDifferInTheirHash() {
        RoomSums one = new RoomSums(Set.of(new RoomName("lobby"), new RoomName("prices:1")));
        RoomSums other = new RoomSums(Set.of(new RoomName("lobby"), new RoomName("prices:2")));

        assertThat(one.part(1, 0).hash()).isNotEqualTo(other.part(1, 0).hash());
    }

    /** A new object asked for the first time walks. */
    private static RoomSums.Sum recomputed(Set<RoomName> rooms, int loops, int loop) {
        return new RoomSums(rooms).part(loops, loop);
    }

    private static Set<RoomName> all(Map<String, Set<RoomName>> model) {
        return model.values().stream().flatMap(Set::stream).collect(Collectors.toSet());
    }

    private static List<String> wantedBy(Map<String, Set<RoomName>> model, RoomName room) {
        return model.entrySet().stream()
                .filter(entry -> entry.getValue().contains(room))
                .map(Map.Entry::getKey)
                .toList();
    }

    private List<RoomName> some(int loops, int loop) {
        List<RoomName> part = new ArrayList<>(names);
        part.removeIf(room -> Addresses.loopOf(room, loops) != loop || random.nextBoolean());
        return part;
    }

    private <T> T oneOf(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }
}
