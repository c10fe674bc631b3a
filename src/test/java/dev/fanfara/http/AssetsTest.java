package dev.fanfara.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AssetsTest {
    @TempDir
    Path temporary;

    @Test
    void filesOfAJarAreFound() throws IOException {
        Path jar = temporary.resolve("app with blank.jar");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
            for (String name : new String[] {"web/index.html", "web/deep/app.js", "secret.txt"}) {
                out.putNextEntry(new JarEntry(name));
                out.write(name.getBytes(StandardCharsets.UTF_8));
                out.closeEntry();
            }
        }
        try (URLClassLoader classes = new URLClassLoader(new URL[] {jar.toUri().toURL()}, null)) {
            assertThat(Assets.fromClassPath(classes, "web", "").paths())
                    .containsExactlyInAnyOrder("/", "/index.html", "/deep/app.js");
        }
    }

    @Test
    void filesOfAFolderAreFound() {
        assertThat(Assets.fromClassPath("assets-fixture", "").paths())
                .containsExactlyInAnyOrder("/", "/index.html", "/deep/app.js");
    }

    @Test
    void withoutAnIndexThereIsNothing() {
        assertThat(Assets.fromClassPath("no-such-folder", "").paths()).isEmpty();
    }
}
