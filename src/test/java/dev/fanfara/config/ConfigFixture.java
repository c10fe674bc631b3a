package dev.fanfara.config;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.fanfara.json.Mistake;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A configuration file in a folder of its own, with flags and environment; texts may use ' for ". */
final class ConfigFixture {
    static final String SECRET = "0123456789abcdef0123456789abcdef";

    private final Path folder;
    private final Map<String, String> environment = new HashMap<>();
    private final List<Setting> settings = new ArrayList<>();

    ConfigFixture(Path folder) {
        this.folder = folder;
    }

    ConfigFixture file(String json) {
        return write("fanfara.json", json.replace('\'', '"'));
    }

    /** In one step, so that a watcher never sees half of it. */
    ConfigFixture write(String name, String text) {
        try {
            Path next = Files.writeString(folder.resolve(name + ".next"), text);
            Files.move(next, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    ConfigFixture env(String name, String value) {
        environment.put(name, value.replace('\'', '"'));
        return this;
    }

    ConfigFixture set(String path, String value) {
        settings.add(new Setting(path, value.replace('\'', '"'), "--set " + path));
        return this;
    }

    ConfigSource source() {
        Path file = folder.resolve("fanfara.json");
        return new ConfigSource(Files.exists(file) ? file : null, environment, settings);
    }

    Loaded load() {
        return source().load();
    }

    GatewayConfig config() {
        return load().config();
    }

    ConfigException rejection() {
        return catchThrowableOfType(ConfigException.class, this::load);
    }

    /** One line a mistake; the folder of the file is left out, for it differs every time. */
    List<String> mistakes() {
        ConfigException rejection = rejection();
        return rejection == null
                ? List.of()
                : rejection.mistakes().stream()
                        .map(Mistake::line)
                        .map(line -> line.replace(folder + "/", ""))
                        .toList();
    }

    static String keys(String... keys) {
        return "{'auth':{'keys':[" + String.join(",", Arrays.asList(keys)) + "]}}";
    }
}
