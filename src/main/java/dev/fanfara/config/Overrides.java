package dev.fanfara.config;

import dev.fanfara.json.BrokenJson;
import dev.fanfara.json.DidYouMean;
import dev.fanfara.json.Document;
import dev.fanfara.json.JsonText;
import dev.fanfara.json.Mistake;
import dev.fanfara.json.References;
import dev.fanfara.json.Shape;
import dev.fanfara.json.Unfit;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Lays values from the environment and the command line over a document. Both know only texts, so the key a value names
 * decides what the text is: a text, a number, or for lists and objects JSON. Relative paths in them start at the working
 * directory. Not thread-safe: it lives as long as one load.
 */
final class Overrides {
    private static final String PREFIX = "FANFARA_";
    private static final String FROM_FILE = "_FILE";

    /**
     * What Kubernetes puts into every container when a service is called fanfara or fanfara-something. Were these taken for
     * misspelled keys, a gateway behind a service of its own name could not start.
     */
    private static final Pattern SERVICE_LINK = Pattern.compile(
            "FANFARA(_[A-Z0-9]+)*_(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT_\\d+_(TCP|UDP|SCTP)(_[A-Z]+)?)");

    /** What the commands that ask a running gateway read, and whoever has them set may run {@code serve} too. */
    private static final Set<String> OF_COMMANDS = Set.of("FANFARA_URL", "FANFARA_TOKEN", "FANFARA_API_KEY");

    private static final Path HERE = Path.of("");

    private final Shape shape;
    private final Document document;
    private final List<Mistake> mistakes;

    Overrides(Shape shape, Document document, List<Mistake> mistakes) {
        this.shape = shape;
        this.document = document;
        this.mistakes = mistakes;
    }

    /** Objects first, so that {@code FANFARA_SERVER__PORT} wins over {@code FANFARA_SERVER} whatever the order. */
    void environment(Map<String, String> environment) {
        Map<String, List<String>> paths = new LinkedHashMap<>();
        shape.paths().forEach(path -> paths.put(variable(path), path));
        environment.keySet().stream()
                .filter(name -> name.startsWith(PREFIX) && !OF_COMMANDS.contains(name))
                .sorted(Comparator.comparingInt(Overrides::depth).thenComparing(Comparator.naturalOrder()))
                .forEach(name -> layVariable(name, environment, paths));
    }

    private void layVariable(String name, Map<String, String> environment, Map<String, List<String>> paths) {
        String value = environment.getOrDefault(name, "");
        String plain = name.endsWith(FROM_FILE) ? name.substring(0, name.length() - FROM_FILE.length()) : name;
        List<String> path = paths.get(name);
        List<String> pathOfFile = paths.get(plain);
        if (path != null) {
            lay(path, value, name);
        } else if (pathOfFile == null) {
            if (!isServiceLink(name, value)) {
                unknownVariable(name, paths);
            }
        } else if (environment.containsKey(plain)) {
            mistakes.add(new Mistake("", name, "both", "either " + plain + " or " + name, null));
        } else {
            layFile(pathOfFile, value, name);
        }
    }

    private static int depth(String name) {
        return name.split("__", -1).length;
    }

    void settings(List<Setting> settings) {
        for (Setting setting : settings) {
            List<String> path = Arrays.asList(setting.path().split("\\.", -1));
            if (shape.find(path) == null) {
                unknownPath(setting);
            } else {
                lay(path, setting.value(), setting.flag());
            }
        }
    }

    /** The variable that names a path: {@code FANFARA_CONNECTIONS__OUTBOUND_BUDGET}. */
    static String variable(List<String> path) {
        List<String> parts = new ArrayList<>();
        for (String key : path) {
            parts.add(key.replaceAll("([A-Z])", "_$1").toUpperCase(Locale.ROOT));
        }
        return PREFIX + String.join("__", parts);
    }

    private void lay(List<String> path, String text, String from) {
        Document.Origin origin = new Document.Origin(from, HERE, true);
        Shape.Key key = shape.find(path);
        if (key == null) {
            throw new IllegalArgumentException("no key: " + path);
        }
        if (key.nullable() && text.equals("null")) {
            document.lay(path, null, origin);
            return;
        }
        switch (key.kind()) {
            case SCALAR -> document.lay(path, text, origin);
            case TEXT -> document.lay(path, unquoted(text), origin);
            case LIST -> layJson(path, text, origin, JsonArray.class, "a JSON list");
            case OBJECT -> layJson(path, text, origin, JsonObject.class, "a JSON object");
        }
    }

    private void layJson(List<String> path, String text, Document.Origin origin, Class<?> type, String expected) {
        try {
            Object json = JsonText.parse(text).value();
            if (type.isInstance(json)) {
                document.lay(path, json, origin);
            } else {
                mistakes.add(new Mistake(pointer(path), origin.name(), "other JSON", expected, null));
            }
        } catch (BrokenJson e) {
            String got = "a text that is none (line " + e.line() + " column " + e.column() + ")";
            mistakes.add(new Mistake(pointer(path), origin.name(), got, expected, null));
        }
    }

    /** A scalar becomes a reference, so that it is hidden and checked like any other secret in a file. */
    private void layFile(List<String> path, String file, String from) {
        Shape.Key key = shape.find(path);
        boolean structured = key != null && (key.kind() == Shape.Kind.LIST || key.kind() == Shape.Kind.OBJECT);
        try {
            if (structured) {
                lay(path, References.text(HERE.resolve(file)), from);
            } else if (file.isEmpty() || file.indexOf('}') >= 0) {
                throw new Unfit("the path of a file");
            } else {
                document.lay(path, "${file:" + file + "}", new Document.Origin(from, HERE, true));
            }
        } catch (Unfit e) {
            mistakes.add(new Mistake(pointer(path), from, '"' + file + '"', e.expected(), null));
        } catch (IllegalArgumentException e) {
            mistakes.add(new Mistake(pointer(path), from, '"' + file + '"', "the path of a file", null));
        }
    }

    private void unknownVariable(String name, Map<String, List<String>> paths) {
        String near = near(
                name.substring(PREFIX.length()),
                "__",
                paths.keySet().stream()
                        .map(known -> known.substring(PREFIX.length()))
                        .toList());
        mistakes.add(new Mistake(
                "",
                name,
                "an unknown name",
                "FANFARA_ and the path of a key, such as FANFARA_SERVER__PORT",
                near == null ? null : PREFIX + near));
    }

    private void unknownPath(Setting setting) {
        List<String> known = new ArrayList<>();
        shape.paths().forEach(each -> known.add(String.join(".", each)));
        String near = near(setting.path(), ".", known);
        mistakes.add(new Mistake(
                "",
                setting.flag(),
                "an unknown path",
                "the path of a key, such as server.port; lists are set whole",
                near));
    }

    /** A path that lacks only its beginning is a likelier wish than one of similar letters: port is server.port. */
    private static @Nullable String near(String written, String separator, List<String> known) {
        return known.stream()
                .filter(path -> path.endsWith(separator + written))
                .findFirst()
                .orElseGet(() -> DidYouMean.closest(written, known));
    }

    private static boolean isServiceLink(String name, String value) {
        return SERVICE_LINK.matcher(name).matches() || (name.endsWith("_PORT") && value.matches("(tcp|udp|sctp)://.*"));
    }

    /** {@code --set server.host='"::1"'} is JSON too; any other text is taken as it is, even if it looks like a number. */
    private static @Nullable Object unquoted(String text) {
        if (!text.startsWith("\"")) {
            return text;
        }
        try {
            return JsonText.parse(text).value() instanceof String plain ? plain : text;
        } catch (BrokenJson e) {
            return text;
        }
    }

    private static String pointer(List<String> path) {
        return "/" + String.join("/", path);
    }
}
