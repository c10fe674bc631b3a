package dev.fanfara.json;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Texts that stand elsewhere: <code>$&#123;env:NAME&#125;</code> is a variable of the environment,
 * <code>$&#123;file:PATH&#125;</code> the content of a file without its last newline. What comes in is taken as it is, so
 * that a secret may hold any character; in a document a doubled dollar takes the meaning from such a brace. Immutable.
 */
public final class References {
    /** No secret, key set or certificate chain is larger; more is a wrong path, such as a device. */
    private static final int MAX_BYTES = 1024 * 1024;

    private static final Pattern REFERENCE = Pattern.compile("\\$(\\$\\{|\\{([^}]*)\\}?)");

    static final String SCHEMA_PATTERN = "\\$\\{(env|file):[^}]+\\}";

    private final Map<String, String> environment;

    /** A text with all references filled in, and the files that took part. Immutable. */
    record Expanded(String text, List<Path> files) {}

    public References(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
    }

    static boolean in(String text) {
        return text.contains("${");
    }

    /** Whether a text is one reference and nothing else, so that showing it shows no part of a secret. */
    static boolean isWhole(String text) {
        return REFERENCE.matcher(text).matches() && text.endsWith("}");
    }

    Expanded expand(String text, Path folder) throws Unfit {
        StringBuilder expanded = new StringBuilder();
        List<Path> files = new ArrayList<>();
        Matcher matcher = REFERENCE.matcher(text);
        int from = 0;
        while (matcher.find()) {
            expanded.append(text, from, matcher.start());
            from = matcher.end();
            String reference = matcher.group(2);
            if (reference == null) {
                expanded.append("${");
            } else if (reference.startsWith("env:") && matcher.group().endsWith("}")) {
                expanded.append(variable(reference.substring("env:".length())));
            } else if (reference.startsWith("file:") && matcher.group().endsWith("}")) {
                Path file = path(reference.substring("file:".length()), folder);
                files.add(file);
                expanded.append(text(file));
            } else {
                throw new Unfit("${env:NAME} or ${file:PATH} ($${ stands for a plain ${)");
            }
        }
        return new Expanded(expanded.append(text, from, text.length()).toString(), List.copyOf(files));
    }

    private String variable(String name) throws Unfit {
        String value = environment.get(name);
        if (value == null) {
            throw new Unfit("the environment variable " + name + " to be set");
        }
        return value;
    }

    static Path path(String text, Path folder) throws Unfit {
        try {
            return folder.resolve(text);
        } catch (InvalidPathException e) {
            throw new Unfit("the path of a file");
        }
    }

    /** The content of a file as text, without the newline that editors and {@code echo} put at its end. */
    public static String text(Path file) throws Unfit {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes(file)))
                    .toString();
            if (text.endsWith("\r\n")) {
                return text.substring(0, text.length() - 2);
            }
            return text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
        } catch (CharacterCodingException e) {
            throw new Unfit("UTF-8 text in the file " + file);
        }
    }

    private static byte[] bytes(Path file) throws Unfit {
        try (var in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new Unfit("at most 1 MiB in the file " + file);
            }
            return bytes;
        } catch (NoSuchFileException e) {
            throw new Unfit("a readable file " + file + " (there is none)");
        } catch (IOException e) {
            throw new Unfit("a readable file " + file + " (" + reason(file) + ")");
        }
    }

    private static String reason(Path file) {
        if (Files.isDirectory(file)) {
            return "it is a directory";
        }
        return Files.isReadable(file) ? "reading it fails" : "permission denied";
    }

    /** False too where the file system knows no such rights. */
    static boolean isReadableByAll(Path file) {
        try {
            return Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ);
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }
}
