package dev.fanfara.config;

import dev.fanfara.json.Fields;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Certificate chain and private key as PEM texts, not their paths: what was checked together is served together, whatever
 * becomes of the files. Immutable.
 *
 * @param clientCa who signs the certificates that clients must show; null: they show none
 */
public record TlsConfig(
        String certificate, String key, @Nullable String clientCa) {
    private static final Fields.Content CERTIFICATE = new Fields.Content(
            "a file with a certificate in PEM (-----BEGIN CERTIFICATE-----)", TlsPair::isCertificate, false);
    private static final Fields.Content KEY = new Fields.Content(
            "a file with a private key in PEM (-----BEGIN PRIVATE KEY-----), without password",
            TlsPair::isPrivateKey,
            true);

    static TlsConfig read(Fields fields) {
        return read(fields, null);
    }

    /** One that may ask clients for their certificates. */
    static TlsConfig readMutual(Fields fields) {
        return read(
                fields,
                fields.optionalFile(
                        "clientCa",
                        CERTIFICATE,
                        "PEM file of what clients' certificates are signed with; with it nobody enters without one"));
    }

    /** One of two files is often renewed before the other; served together they would fail every handshake. */
    private static TlsConfig read(Fields fields, @Nullable String clientCa) {
        TlsConfig tls = new TlsConfig(
                fields.file("certificate", CERTIFICATE, "PEM file of the certificate and those that lead to its root"),
                fields.file("key", KEY, "PEM file of the private key"),
                clientCa);
        fields.check(
                TlsPair.matches(tls.certificate, tls.key), "key", "the private key of the certificate", "certificate");
        return tls;
    }

    /** When the first of its certificates does. */
    public Instant expires() {
        return TlsPair.expires(certificate);
    }

    /** Without the key: logs print configurations. */
    @Override
    public String toString() {
        return "TlsConfig[expires=" + expires() + ", clientCa=" + (clientCa == null ? "none" : "…") + "]";
    }
}
