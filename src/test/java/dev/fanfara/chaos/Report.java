package dev.fanfara.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** {@code target/chaos-report.txt} and {@code .html}: each fault's figures beside their bounds; written after each. */
final class Report {
    private final List<Chapter> chapters = new ArrayList<>();

    private record Chapter(String title, List<Bound> bounds, String details) {}

    void add(Experiment.Result result, List<Bound> bounds) {
        add(new Chapter(result.fault().name(), List.copyOf(bounds), result.toString()));
    }

    void skipped(String fault, String reason) {
        add(new Chapter(fault, List.of(), "not tried: " + reason));
    }

    private void add(Chapter chapter) {
        chapters.add(chapter);
        try {
            Path folder = Files.createDirectories(Path.of("target"));
            Files.writeString(folder.resolve("chaos-report.txt"), text());
            Files.writeString(folder.resolve("chaos-report.html"), html());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static String machine() {
        return "%s, %d processors, %s %s, Java %s"
                .formatted(
                        Instant.now(),
                        Runtime.getRuntime().availableProcessors(),
                        System.getProperty("os.name"),
                        System.getProperty("os.version"),
                        Runtime.version());
    }

    private String text() {
        StringBuilder text = new StringBuilder("Fanfara, one fault at a time\n" + machine() + "\n");
        for (Chapter chapter : chapters) {
            text.append("\n== ").append(chapter.title()).append('\n');
            chapter.bounds().forEach(bound -> text.append(bound).append('\n'));
            text.append(chapter.details()).append('\n');
        }
        return text.toString();
    }

    private String html() {
        StringBuilder html =
                new StringBuilder("""
                <!doctype html><meta charset="utf-8"><title>Fanfara, one fault at a time</title>
                <style>body{font:14px sans-serif;margin:2em}td,th{padding:.2em 1em;text-align:left}
                .no{background:#fcc}pre{background:#f4f4f4;padding:1em;overflow:auto}</style>
                <h1>Fanfara, one fault at a time</h1>
                """).append("<p>").append(escaped(machine())).append("</p>\n");
        for (Chapter chapter : chapters) {
            html.append("<h2>").append(escaped(chapter.title())).append("</h2>\n<table>");
            html.append("<tr><th>figure<th>reached<th>wanted</tr>\n");
            for (Bound bound : chapter.bounds()) {
                html.append(bound.holds() ? "<tr>" : "<tr class=no>")
                        .append("<td>" + escaped(bound.figure()))
                        .append("<td>" + escaped(bound.reached()))
                        .append("<td>" + escaped(bound.wanted()))
                        .append("</tr>\n");
            }
            html.append("</table>\n<pre>").append(escaped(chapter.details())).append("</pre>\n");
        }
        return html.toString();
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
