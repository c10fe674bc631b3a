package dev.fanfara.room;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.protocol.ConnectionId;
import dev.fanfara.protocol.PresentUser;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RoomTest {
    private static final ConnectionId A1 = new ConnectionId("a1");
    private static final ConnectionId B1 = new ConnectionId("b1");
    private static final ConnectionId B2 = new ConnectionId("b2");

    private final Room room = new Room(2, 100);

    @Test
    void countsItsOwnMembersPerLoop() {
        room.join(A1, new Member(1, "alice"));

        assertThat(room.hasMembersOn(0)).isFalse();
        assertThat(room.hasMembersOn(1)).isTrue();
        assertThat(room.count()).isEqualTo(1);
        room.leave(A1);
        assertThat(room.hasMembersOn(1)).isFalse();
        assertThat(room.leave(A1)).isNull();
    }

    @Test
    void nobodyLearnsOfAMemberThatIsUnseen() {
        room.join(A1, new Member(0, "alice"));
        room.takeUntold(true);

        assertThat(room.join(B1, new Member(1, "console", true))).isNull();

        assertThat(room.hasMembersOn(1)).isTrue();
        assertThat(room.localCount()).isEqualTo(2);
        assertThat(room.seenHere()).isEqualTo(1);
        assertThat(room.count()).isEqualTo(1);
        assertThat(room.takeUntold(true)).isNull();
        assertThat(room.localUsers()).containsOnlyKeys(A1);
        assertThat(room.membersSeenHere()).extracting(Member::user).containsExactly("alice");
        assertThat(room.presentUsers(10)).containsExactly(new PresentUser("alice", 1));

        assertThat(room.leave(B1)).isNull();
        assertThat(room.hasMembersOn(1)).isFalse();
        assertThat(room.seenHere()).isEqualTo(1);
        assertThat(room.takeUntold(true)).isNull();
    }

    @Test
    void otherNodesAreToldOfUnseenMembersNeitherWhenAllAreToldAgain() {
        room.join(B1, new Member(1, "console", true));

        room.retell();

        assertThat(room.takeUntold(true)).isEqualTo(new RosterChange(101, 0, Map.of(), List.of()));
    }

    @Test
    void learnsOtherNodesMembersAndCountsThem() {
        room.join(A1, new Member(0, "alice"));

        List<PresenceChange> changes = room.learn("node-b", 7, 2, Map.of(B1, "bob", B2, "bob"));

        assertThat(changes).extracting(PresenceChange::user).containsExactly("bob", "bob");
        assertThat(changes).extracting(PresenceChange::count).containsExactly(2, 3);
        assertThat(room.presentUsers(10)).containsExactly(new PresentUser("alice", 1), new PresentUser("bob", 2));
    }

    @Test
    void noticesAMissingChange() {
        room.learn("node-b", 7, 1, Map.of(B1, "bob"));

        assertThat(room.learnChange("node-b", 9, 0, Map.of(), List.of(B1))).isNull();
        assertThat(room.learnChange("node-b", 8, 2, Map.of(B2, "bea"), List.of()))
                .hasSize(1);
        assertThat(room.count()).isEqualTo(2);
    }

    @Test
    void ignoresAChangeItHasHadBefore() {
        room.learn("node-b", 7, 1, Map.of(B1, "bob"));

        assertThat(room.learnChange("node-b", 7, 1, Map.of(B1, "bob"), List.of()))
                .isEmpty();
        assertThat(room.learn("node-b", 6, 0, Map.of())).isEmpty();
        assertThat(room.count()).isEqualTo(1);
    }

    @Test
    void asksForAllOfANodeItDoesNotKnow() {
        assertThat(room.learnChange("node-c", 1, 1, Map.of(B1, "bob"), List.of()))
                .isNull();
    }

    @Test
    void forgetsTheMembersOfADeadNode() {
        room.join(A1, new Member(0, "alice"));
        room.learn("node-b", 7, 2, Map.of(B1, "bob", B2, "bea"));

        List<PresenceChange> changes = room.forget("node-b");

        assertThat(changes).extracting(PresenceChange::joined).containsOnly(false);
        assertThat(changes).extracting(PresenceChange::count).containsExactly(2, 1);
        assertThat(room.count()).isEqualTo(1);
        assertThat(room.forget("node-b")).isEmpty();
    }

    @Test
    void tellsEachChangeToOthersOnceUnderRisingVersions() {
        room.join(A1, new Member(0, "alice"));
        room.join(B1, new Member(0, "bob"));
        room.leave(B1);

        RosterChange first = room.takeUntold(true);

        assertThat(first).isEqualTo(new RosterChange(101, 1, Map.of(A1, "alice"), List.of()));
        assertThat(room.takeUntold(true)).isNull();
        room.leave(A1);
        assertThat(room.takeUntold(true)).isEqualTo(new RosterChange(102, 0, Map.of(), List.of(A1)));
    }

    @Test
    void countsOnlyWhereUsersAreNotTold() {
        room.learn("node-b", 7, 40, Map.of());
        room.join(A1, new Member(0, "alice"));

        assertThat(room.count()).isEqualTo(41);
        assertThat(room.learnChange("node-b", 8, 39, Map.of(), List.of())).isEmpty();
        assertThat(room.count()).isEqualTo(40);
    }
}
