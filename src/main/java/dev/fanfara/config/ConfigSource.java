package dev.fanfara.config;

import dev.fanfara.json.BrokenJson;
import dev.fanfara.json.Document;
import dev.fanfara.json.Mistake;
import dev.fanfara.json.Reading;
import dev.fanfara.json.References;
import dev.fanfara.json.Unfit;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where the configuration comes from: flags, over the environment, over a file, over the defaults. The layers are laid
 * together as JSON and read once, so a rule between two keys sees both, wherever each was written. Immutable; any thread.
 */
public final class ConfigSource {
    /** Where a node listens: not what tells two configurations apart, or no two nodes would have the same. */
    private static final Set<String> PLACE = Set.of(
            "/server/host",
            "/server/port",
            "/management/host",
            "/management/port",
            "/cluster/host",
            "/cluster/port",
            "/cluster/eventBusPort");

    private final @Nullable Path file;
    private final Map<String, String> environment;
    private final List<Setting> settings;

    /** @param file null for none; one that is named must be there */
    public ConfigSource(@Nullable Path file, Map<String, String> environment, List<Setting> settings) {
        this.file = file;
        this.environment = Map.copyOf(environment);
        this.settings = List.copyOf(settings);
    }

    public @Nullable Path file() {
        return file;
    }

    /** Reads everything anew. @throws ConfigException with all mistakes */
    public Loaded load() {
        String text = file == null ? "" : text(file);
        Document document = file == null ? Document.empty() : document(name(), file, text);
        return load(name(), text, document, file == null);
    }

    /**
     * The same with this document in place of the file; relative paths in it start where they do in the file.
     *
     * @param name what it is called where mistakes are told
     * @throws ConfigException with all mistakes
     */
    Loaded load(String name, String text) {
        return load(name, text, document(name, file == null ? Path.of("fanfara.json") : file, text), false);
    }

    /**
     * Of what the file says, but where the node listens: files of nodes on one host differ in that. Equal for all that have
     * none.
     *
     * @throws ConfigException if it cannot be read
     */
    String fileHash() {
        if (file == null) {
            return "none";
        }
        String text = text(file);
        try {
            JsonObject content = new JsonObject(text);
            for (String place : PLACE) {
                String[] names = place.split("/");
                if (content.getValue(names[1]) instanceof JsonObject section) {
                    section.remove(names[2]);
                }
            }
            return hash(content.encode());
        } catch (DecodeException broken) {
            return hash(text);
        }
    }

    private Loaded load(String name, String text, Document document, boolean demoByDefault) {
        List<Mistake> mistakes = new ArrayList<>();
        Overrides overrides = new Overrides(ConfigSchema.SHAPE, document, mistakes);
        overrides.environment(environment);
        overrides.settings(settings);

        Reading reading = new Reading(document, new References(environment));
        GatewayConfig config = reading.read(fields -> GatewayConfig.read(fields, demoByDefault));

        mistakes.addAll(reading.mistakes());
        if (!mistakes.isEmpty()) {
            throw new ConfigException(name, mistakes, reading.warnings(), hash(text + mistakes));
        }
        JsonObject content = new JsonObject(new LinkedHashMap<>(reading.content()));
        PLACE.forEach(content::remove);
        return new Loaded(
                config,
                hash(content.encode()),
                reading.warnings(),
                reading.atStart(),
                new Effective(reading.content(), reading.visible()));
    }

    private static Document document(String name, Path path, String text) {
        try {
            Path folder = path.getParent();
            return Document.parse(name, folder == null ? Path.of("") : folder, text);
        } catch (BrokenJson e) {
            String place = name + ":" + e.line() + ":" + e.column();
            throw broken(name, new Mistake("", place, null, e.expected(), null), text);
        }
    }

    private String text(Path path) {
        try {
            return References.text(path);
        } catch (Unfit e) {
            throw broken(name(), new Mistake("", name(), null, e.expected(), null), "");
        }
    }

    private static ConfigException broken(String name, Mistake mistake, String text) {
        return new ConfigException(name, List.of(mistake), List.of(), hash(text + mistake));
    }

    private String name() {
        return file == null ? "defaults, environment and flags" : file.toString();
    }

    /** As a person calls it: the file, or what there is without one. */
    @Override
    public String toString() {
        return name();
    }

    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
