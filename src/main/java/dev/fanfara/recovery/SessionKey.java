package dev.fanfara.recovery;

import dev.fanfara.auth.Identity;
import dev.fanfara.auth.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * Under which a session is kept and asked for: made of the secret its client was given, of the namespace, and of who the
 * client is. So nobody finds the session of another user, whatever secret was stolen, and the secret itself is kept nowhere.
 */
public final class SessionKey {
    private SessionKey() {}

    public static String of(String pid, String namespace, Identity identity) {
        // An anonymous client is whoever knows the secret; its name is made up anew each time it connects.
        String user = identity.kind() == Identity.Kind.ANONYMOUS ? "" : identity.user();
        String all = String.join(
                "\n",
                Integer.toString(pid.length()),
                pid,
                namespace,
                identity.kind().name(),
                user);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(Sha256.of(all.getBytes(StandardCharsets.UTF_8)));
    }
}
