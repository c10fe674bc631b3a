package dev.fanfara.cli;

import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URL;
import java.util.jar.Attributes;
import java.util.jar.Manifest;
import org.jspecify.annotations.Nullable;

/** Which build this is, from the manifest of the jar; classes that lie in a folder know only that. Immutable. */
public record Build(String version, String commit) {
    private static final String UNKNOWN = "development";

    public static final Build CURRENT = read();

    private static Build read() {
        URL self = Build.class.getResource("Build.class");
        try {
            if (self == null || !(self.openConnection() instanceof JarURLConnection jar)) {
                return new Build(UNKNOWN, UNKNOWN);
            }
            jar.setUseCaches(false);
            Manifest manifest = jar.getManifest();
            return of(manifest == null ? new Manifest() : manifest);
        } catch (IOException e) {
            return new Build(UNKNOWN, UNKNOWN);
        }
    }

    static Build of(Manifest manifest) {
        Attributes attributes = manifest.getMainAttributes();
        return new Build(
                orUnknown(attributes.getValue("Implementation-Version")),
                orUnknown(attributes.getValue("Implementation-Commit")));
    }

    private static String orUnknown(@Nullable String value) {
        return value == null || value.isBlank() || value.startsWith("${") ? UNKNOWN : value;
    }
}
