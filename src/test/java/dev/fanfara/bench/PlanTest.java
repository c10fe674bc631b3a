package dev.fanfara.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PlanTest {
    @Test
    void roomsAreDealtEvenly() {
        Plan plan = new Plan(6, 4, 2, 1, 0);

        int[] members = new int[4];
        for (int connection = 0; connection < 6; connection++) {
            Arrays.stream(plan.roomsOfConnection(connection)).forEach(room -> members[room]++);
        }

        assertThat(members).containsExactly(3, 3, 3, 3);
    }

    @Test
    void everyStreamOfAJoinedRoomHasASlotOfItsOwnAndTheWayBack() {
        for (Plan plan : new Plan[] {
            new Plan(1, 1, 1, 1, 0), new Plan(7, 5, 3, 2, 0), new Plan(7, 5, 3, 13, 0), new Plan(9, 4, 4, 9, 0)
        }) {
            for (int connection = 0; connection < plan.connections(); connection++) {
                int first = plan.firstRoom(connection);
                int[] joined = plan.roomsOfConnection(connection);
                Set<Integer> slots = new HashSet<>();
                for (int stream = 0; stream < plan.streams(); stream++) {
                    int room = plan.roomOfStream(stream);
                    int slot = plan.slot(first, stream);
                    if (IntStream.of(joined).noneMatch(each -> each == room)) {
                        assertThat(slot).isEqualTo(-1);
                    } else {
                        assertThat(slot).isBetween(0, plan.slots() - 1);
                        assertThat(slots.add(slot)).isTrue();
                        assertThat(plan.streamOfSlot(first, slot)).isEqualTo(stream);
                    }
                }
                long used = IntStream.range(0, plan.slots())
                        .filter(slot -> plan.streamOfSlot(first, slot) >= 0)
                        .count();
                assertThat(used).isEqualTo(slots.size());
            }
        }
    }

    @Test
    void everyStreamIsSaidByOneWhoHasJoinedItsRoom() {
        for (int publishers : new int[] {1, 2, 5, 7}) {
            Plan plan = new Plan(10, 5, 1, publishers, 0);
            for (int stream = 0; stream < plan.streams(); stream++) {
                assertThat(plan.roomsOfPublisher(plan.publisherOfStream(stream)))
                        .contains(plan.roomOfStream(stream));
            }
        }
    }

    @Test
    void publishersAreEnoughForTheLimitOfRoomsPerConnection() {
        assertThat(Plan.enoughPublishers(1)).isEqualTo(1);
        assertThat(Plan.enoughPublishers(500)).isEqualTo(16);
        assertThat(Plan.enoughPublishers(10_001)).isEqualTo(101);
    }

    @Test
    void pausedOnesAreSpread() {
        Plan plan = new Plan(1000, 1, 1, 1, 50);

        assertThat(IntStream.range(0, 1000).filter(plan::isPaused).count()).isEqualTo(50);
        assertThat(IntStream.range(0, 100).filter(plan::isPaused).count()).isEqualTo(5);
    }

    @Test
    void whatDoesNotWorkIsRefusedByTheNameOfItsOption() {
        assertThatThrownBy(() -> new Plan(10, 2, 3, 1, 0))
                .hasMessage("--rooms-per-connection: expected 1 to the number of rooms, 2, was 3");
        assertThatThrownBy(() -> new Plan(10, 2, 1, 1, 11))
                .hasMessage("--paused: expected 0 to the number of connections, 10, was 11");
    }
}
