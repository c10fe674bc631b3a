package dev.fanfara.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.testing.Certificate;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsPairTest {
    /** What stands before the key itself where it has 2048 bits. */
    private static final int WRAPPING = 26;

    @TempDir
    private Path folder;

    @Test
    void keyOfRsaInItsOlderFormIsComparedToo() {
        Certificate ours = Certificate.makeRsa(folder, "ours", 10);
        Certificate theirs = Certificate.makeRsa(folder, "theirs", 10);

        assertThat(TlsPair.matches(ours.pem(), older(ours))).isTrue();
        assertThat(TlsPair.matches(ours.pem(), older(theirs))).isFalse();
    }

    private static String older(Certificate certificate) {
        String base64 = certificate.keyPem().replaceAll("-----[^-]+-----", "");
        byte[] wrapped = Base64.getMimeDecoder().decode(base64);
        byte[] bare = Arrays.copyOfRange(wrapped, WRAPPING, wrapped.length);
        return "-----BEGIN RSA PRIVATE KEY-----\n" + Base64.getMimeEncoder().encodeToString(bare)
                + "\n-----END RSA PRIVATE KEY-----\n";
    }
}
