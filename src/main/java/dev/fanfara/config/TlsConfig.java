package dev.fanfara.config;

import dev.fanfara.json.Fields;
import dev.fanfara.json.References;
import dev.fanfara.json.Unfit;
import java.nio.file.Path;

/** Certificate chain and private key as PEM files; a changed content is a changed configuration. Immutable. */
public record TlsConfig(Path certificate, Path key) {
    private static final Fields.Content CERTIFICATE = new Fields.Content(
            "a file with a certificate in PEM (-----BEGIN CERTIFICATE-----)", TlsPair::isCertificate, false);
    private static final Fields.Content KEY = new Fields.Content(
            "a file with a private key in PEM (-----BEGIN PRIVATE KEY-----), without password",
            TlsPair::isPrivateKey,
            true);

    static TlsConfig read(Fields fields) {
        TlsConfig tls = new TlsConfig(
                fields.file("certificate", CERTIFICATE, "PEM file of the certificate and those that lead to its root"),
                fields.file("key", KEY, "PEM file of the private key"));
        fields.check(tls.isPair(), "key", "the private key of the certificate", "certificate");
        return tls;
    }

    /** One of two files is often renewed before the other; served together they would fail every handshake. */
    private boolean isPair() {
        try {
            return TlsPair.matches(References.text(certificate), References.text(key));
        } catch (Unfit e) {
            return true; // Told already.
        }
    }
}
