package dev.fanfara.auth;

import static dev.fanfara.auth.RoomAction.HISTORY;
import static dev.fanfara.auth.RoomAction.JOIN;
import static dev.fanfara.auth.RoomAction.PRESENCE;
import static dev.fanfara.auth.RoomAction.PUBLISH;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.config.Access;
import dev.fanfara.config.PresenceMode;
import dev.fanfara.config.RoomMode;
import dev.fanfara.config.RoomRule;
import dev.fanfara.protocol.RoomName;
import dev.fanfara.protocol.RoomPattern;
import dev.fanfara.protocol.Scope;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IdentityTest {
    private static final RoomName ROOM = new RoomName("dash:cpu");
    private static final RoomPattern MATCHING = new RoomPattern("dash:*");
    private static final RoomPattern OTHER = new RoomPattern("chat:*");

    private static final Identity ANONYMOUS = Identity.anonymous("anon-1", false);
    private static final Identity OPEN = Identity.anonymous("anon-2", true);
    private static final Identity PLAIN_TOKEN = token(null);
    private static final Identity NAMED_TOKEN = token(grants(MATCHING));
    private static final Identity FOREIGN_TOKEN = token(grants(OTHER));
    private static final Identity BACKEND_TOKEN = token(null, Scope.PUBLISH);
    private static final Identity KEY = apiKey(null, Scope.PUBLISH);
    private static final Identity KEY_OF_ROOM = apiKey(RoomGrants.everywhereIn(List.of(MATCHING)), Scope.PUBLISH);
    private static final Identity KEY_OF_OTHER = apiKey(RoomGrants.everywhereIn(List.of(OTHER)), Scope.PUBLISH);
    private static final Identity KEY_WITHOUT_SCOPE = apiKey(null);

    @Test
    void anAdministratorSeesEveryRoomAndKeepsToItsRuleInPublishing() {
        Identity administrator = Identity.administrator();
        RoomRule closed = rule(Access.NOBODY, Access.NOBODY);

        assertThat(administrator.may(JOIN, ROOM, closed)).isTrue();
        assertThat(administrator.may(HISTORY, ROOM, closed)).isTrue();
        assertThat(administrator.may(PRESENCE, ROOM, closed)).isTrue();
        assertThat(administrator.mayPublishByApi(ROOM, rule(Access.NOBODY, Access.API)))
                .isTrue();
        assertThat(administrator.mayPublishByApi(ROOM, closed)).isFalse();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        //       anonymous, plain, named, foreign token, key of all, this, other rooms
        "ANYONE, true,      true,  true,  true,          true,       true, false",
        "USER,   false,     true,  true,  true,          true,       true, false",
        "TOKEN,  false,     false, true,  false,         true,       true, false",
        "API,    false,     false, false, false,         true,       true, false",
        "NOBODY, false,     false, false, false,         false,      false, false",
    })
    void theRuleDecidesWhoJoinsAndPublishes(
            Access access,
            boolean anonymous,
            boolean plain,
            boolean named,
            boolean foreign,
            boolean key,
            boolean ofRoom,
            boolean ofOther) {
        RoomRule join = rule(access, Access.NOBODY);
        RoomRule publish = rule(Access.NOBODY, access);

        assertThat(ANONYMOUS.may(JOIN, ROOM, join)).isEqualTo(anonymous);
        assertThat(ANONYMOUS.may(PUBLISH, ROOM, publish)).isEqualTo(anonymous);
        assertThat(PLAIN_TOKEN.may(JOIN, ROOM, join)).isEqualTo(plain);
        assertThat(PLAIN_TOKEN.may(PUBLISH, ROOM, publish)).isEqualTo(plain);
        assertThat(NAMED_TOKEN.may(JOIN, ROOM, join)).isEqualTo(named);
        assertThat(NAMED_TOKEN.may(PUBLISH, ROOM, publish)).isEqualTo(named);
        assertThat(FOREIGN_TOKEN.may(JOIN, ROOM, join)).isEqualTo(foreign);
        assertThat(FOREIGN_TOKEN.may(PUBLISH, ROOM, publish)).isEqualTo(foreign);
        assertThat(KEY.may(JOIN, ROOM, join)).isEqualTo(key);
        assertThat(KEY.may(PUBLISH, ROOM, publish)).isEqualTo(key);
        assertThat(KEY_OF_ROOM.may(JOIN, ROOM, join)).isEqualTo(ofRoom);
        assertThat(KEY_OF_ROOM.may(PUBLISH, ROOM, publish)).isEqualTo(ofRoom);
        assertThat(KEY_OF_OTHER.may(JOIN, ROOM, join)).isEqualTo(ofOther);
        assertThat(KEY_OF_OTHER.may(PUBLISH, ROOM, publish)).isEqualTo(ofOther);
    }

    @Test
    void aPublishScopeOpensNoApiRoomToASocket() {
        RoomRule rule = rule(Access.ANYONE, Access.API);

        assertThat(BACKEND_TOKEN.may(PUBLISH, ROOM, rule)).isFalse();
        assertThat(BACKEND_TOKEN.mayPublishByApi(ROOM, rule)).isTrue();
        assertThat(OPEN.may(PUBLISH, ROOM, rule)).isFalse();
        assertThat(OPEN.mayPublishByApi(ROOM, rule)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"ANYONE", "USER", "TOKEN", "API"})
    void theApiNeedsTheScopeAndTheRoomTheCredentialNames(Access access) {
        RoomRule rule = rule(Access.ANYONE, access);

        assertThat(ANONYMOUS.mayPublishByApi(ROOM, rule)).isFalse();
        assertThat(NAMED_TOKEN.mayPublishByApi(ROOM, rule)).isFalse();
        assertThat(KEY_WITHOUT_SCOPE.mayPublishByApi(ROOM, rule)).isFalse();
        assertThat(BACKEND_TOKEN.mayPublishByApi(ROOM, rule)).isTrue();
        assertThat(token(grants(MATCHING), Scope.PUBLISH).mayPublishByApi(ROOM, rule))
                .isTrue();
        assertThat(token(grants(OTHER), Scope.PUBLISH).mayPublishByApi(ROOM, rule))
                .isFalse();
        assertThat(token(only(JOIN), Scope.PUBLISH).mayPublishByApi(ROOM, rule)).isFalse();
        assertThat(KEY.mayPublishByApi(ROOM, rule)).isTrue();
        assertThat(KEY_OF_ROOM.mayPublishByApi(ROOM, rule)).isTrue();
        assertThat(KEY_OF_OTHER.mayPublishByApi(ROOM, rule)).isFalse();
    }

    @Test
    void nobodyIncludesTheApi() {
        RoomRule closed = rule(Access.ANYONE, Access.NOBODY);

        assertThat(BACKEND_TOKEN.mayPublishByApi(ROOM, closed)).isFalse();
        assertThat(KEY.mayPublishByApi(ROOM, closed)).isFalse();
        assertThat(OPEN.mayPublishByApi(ROOM, closed)).isFalse();
    }

    @ParameterizedTest(name = "join: {0}")
    @CsvSource({
        //       anonymous, plain, named, foreign token
        "ANYONE, true,      true,  true,  true",
        "USER,   false,     true,  true,  true",
        "TOKEN,  false,     false, true,  false",
        "API,    false,     false, true,  false",
        "NOBODY, false,     false, true,  false",
    })
    void whatIsOpenToJoinShowsItsPresenceAndHistory(
            Access join, boolean anonymous, boolean plain, boolean named, boolean foreign) {
        RoomRule rule = rule(join, Access.ANYONE);

        for (RoomAction action : List.of(PRESENCE, HISTORY)) {
            assertThat(ANONYMOUS.may(action, ROOM, rule)).isEqualTo(anonymous);
            assertThat(PLAIN_TOKEN.may(action, ROOM, rule)).isEqualTo(plain);
            assertThat(NAMED_TOKEN.may(action, ROOM, rule)).isEqualTo(named);
            assertThat(FOREIGN_TOKEN.may(action, ROOM, rule)).isEqualTo(foreign);
            assertThat(KEY.may(action, ROOM, rule)).isTrue();
            assertThat(KEY_OF_OTHER.may(action, ROOM, rule)).isFalse();
        }
    }

    @Test
    void oneRightDoesNotImplyAnother() {
        RoomRule rule = rule(Access.TOKEN, Access.TOKEN);

        for (RoomAction granted : RoomAction.values()) {
            for (RoomAction wanted : RoomAction.values()) {
                assertThat(token(only(granted)).may(wanted, ROOM, rule)).isEqualTo(granted == wanted);
            }
        }
    }

    @Test
    void anonymousClientsMayTalkToOthersButNotAdministrate() {
        assertThat(ANONYMOUS.scopes()).containsExactlyInAnyOrder(Scope.BROADCAST, Scope.PRIVATE);
        assertThat(OPEN.scopes()).containsExactlyInAnyOrder(Scope.values());
    }

    private static RoomRule rule(Access join, Access publish) {
        return new RoomRule(new RoomPattern("**"), RoomMode.PLAIN, PresenceMode.NONE, join, publish);
    }

    private static RoomGrants grants(RoomPattern pattern) {
        return RoomGrants.everywhereIn(List.of(pattern));
    }

    private static RoomGrants only(RoomAction action) {
        return new RoomGrants(Map.of(action, List.of(MATCHING)));
    }

    private static Identity token(@Nullable RoomGrants rooms, Scope... scopes) {
        return new Identity(Identity.Kind.TOKEN, "alice", null, null, null, Set.of(scopes), rooms);
    }

    private static Identity apiKey(@Nullable RoomGrants rooms, Scope... scopes) {
        return new Identity(Identity.Kind.API_KEY, "backend", null, null, null, Set.of(scopes), rooms);
    }
}
