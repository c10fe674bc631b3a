package dev.fanfara.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.auth.Identity;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SessionKeyTest {
    private static final Identity ANN = new Identity(Identity.Kind.TOKEN, "ann", null, null, null, Set.of(), null);
    private static final Identity BOB = new Identity(Identity.Kind.TOKEN, "bob", null, null, null, Set.of(), null);

    @Test
    void whoeverIsAnotherOrElsewhereFindsNothing() {
        Identity nobody = Identity.anonymous("ann", false);

        assertThat(List.of(
                        SessionKey.of("p", "/", ANN),
                        SessionKey.of("q", "/", ANN),
                        SessionKey.of("p", "/admin", ANN),
                        SessionKey.of("p", "/", BOB),
                        SessionKey.of("p", "/", nobody),
                        SessionKey.of("p", "/", nobody.vouchedFor("ann")),
                        SessionKey.of("p\n/", "", ANN)))
                .doesNotHaveDuplicates();
        assertThat(SessionKey.of("p", "/", ANN))
                .isEqualTo(SessionKey.of("p", "/", ANN))
                .doesNotContain("p\n");
    }

    @Test
    void theNameThatWasMadeUpForAnAnonymousClientDoesNotMatter() {
        assertThat(SessionKey.of("p", "/", Identity.anonymous("anon-1", false)))
                .isEqualTo(SessionKey.of("p", "/", Identity.anonymous("anon-2", true)));
    }
}
