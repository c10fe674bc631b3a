package dev.fanfara.config;

import dev.fanfara.json.Mistake;
import java.util.List;

/** A configuration that is not taken, with everything that is wrong in it. Has no stack trace: the fault is in the file. */
public final class ConfigException extends RuntimeException {
    private final transient List<Mistake> mistakes;
    private final transient List<String> warnings;
    private final String fingerprint;

    /** @param fingerprint equal only for equal mistakes in equal files, so that each is reported once */
    ConfigException(String source, List<Mistake> mistakes, List<String> warnings, String fingerprint) {
        super(message(source, mistakes), null, false, false);
        this.mistakes = List.copyOf(mistakes);
        this.warnings = List.copyOf(warnings);
        this.fingerprint = fingerprint;
    }

    /** For a part of the gateway that cannot live with a configuration although every single value is right. */
    public ConfigException(String source, List<Mistake> mistakes) {
        this(source, mistakes, List.of(), "");
    }

    public List<Mistake> mistakes() {
        return mistakes;
    }

    public List<String> warnings() {
        return warnings;
    }

    String fingerprint() {
        return fingerprint;
    }

    private static String message(String source, List<Mistake> mistakes) {
        StringBuilder message = new StringBuilder(source).append(": ").append(mistakes.size());
        message.append(mistakes.size() == 1 ? " mistake" : " mistakes");
        mistakes.forEach(mistake -> message.append("\n  ").append(mistake.line()));
        return message.toString();
    }
}
