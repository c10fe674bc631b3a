package dev.fanfara.config;

import dev.fanfara.json.Fields;
import java.nio.file.Path;

/** Certificate chain and private key as PEM files; a changed content is a changed configuration. Immutable. */
public record TlsConfig(Path certificate, Path key) {
    static TlsConfig read(Fields fields) {
        return new TlsConfig(
                fields.file("certificate", false, "PEM file of the certificate and those that lead to its root"),
                fields.file("key", true, "PEM file of the private key"));
    }
}
