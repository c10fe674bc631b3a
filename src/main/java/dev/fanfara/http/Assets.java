package dev.fanfara.http;

import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The static files, all in memory and known by their exact path, so that no request touches a disk, finds a directory or
 * climbs out of one. Immutable. (vertx-web's StaticHandler unpacks them to a temporary folder, and tells their age by
 * when that was: no two nodes agree, and behind one address a browser fetches all anew.)
 */
public final class Assets implements Handler<RoutingContext> {
    private static final Map<String, String> TYPES = Map.ofEntries(
            Map.entry("html", "text/html; charset=utf-8"),
            Map.entry("js", "text/javascript; charset=utf-8"),
            Map.entry("mjs", "text/javascript; charset=utf-8"),
            Map.entry("css", "text/css; charset=utf-8"),
            Map.entry("json", "application/json"),
            Map.entry("map", "application/json"),
            Map.entry("webmanifest", "application/manifest+json"),
            Map.entry("svg", "image/svg+xml"),
            Map.entry("png", "image/png"),
            Map.entry("ico", "image/x-icon"),
            Map.entry("woff2", "font/woff2"),
            Map.entry("ts", "text/plain; charset=utf-8"),
            Map.entry("yaml", "application/yaml"),
            Map.entry("txt", "text/plain; charset=utf-8"));

    private static final String INDEX = "index.html";

    private record Asset(Buffer bytes, String type, String etag) {}

    private final Map<String, Asset> byPath;

    private Assets(Map<String, Asset> byPath) {
        this.byPath = Map.copyOf(byPath);
    }

    /**
     * Reads all files of a folder on the class path that has an {@code index.html}; blocks. Without one there is none.
     *
     * @param at the path the folder is served at; empty for all there is
     */
    public static Assets fromClassPath(String folder, String at) {
        return fromClassPath(Assets.class.getClassLoader(), folder, at);
    }

    static Assets fromClassPath(ClassLoader classes, String folder, String at) {
        URL index = classes.getResource(folder + '/' + INDEX);
        if (index == null) {
            return new Assets(Map.of());
        }
        try {
            if (index.openConnection() instanceof JarURLConnection jar) {
                URI file = jar.getJarFileURL().toURI();
                try (FileSystem inside = FileSystems.newFileSystem(Path.of(file), (ClassLoader) null)) {
                    return read(inside.getPath("/" + folder), at);
                }
            }
            Path page = Path.of(index.toURI());
            return read(page.resolveSibling("."), at);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static Assets read(Path folder, String at) throws IOException {
        Map<String, Asset> byPath = new HashMap<>();
        Path root = folder.normalize();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String path = at + '/' + root.relativize(file).toString().replace('\\', '/');
                put(path, Files.readAllBytes(file), byPath);
            }
        }
        return new Assets(byPath);
    }

    /** These and more, by their paths. */
    public Assets with(Map<String, Buffer> files) {
        Map<String, Asset> all = new HashMap<>(byPath);
        files.forEach((path, bytes) -> put(path, bytes.getBytes(), all));
        return new Assets(all);
    }

    private static void put(String path, byte[] bytes, Map<String, Asset> into) {
        String ending = path.substring(path.lastIndexOf('.') + 1);
        String type = TYPES.getOrDefault(ending, "application/octet-stream");
        Asset asset = new Asset(Buffer.buffer(bytes), type, '"' + hash(bytes) + '"');
        into.put(path, asset);
        if (path.endsWith('/' + INDEX)) {
            into.put(path.substring(0, path.length() - INDEX.length()), asset);
        }
    }

    private static String hash(byte[] bytes) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
            return HexFormat.of().formatHex(hash, 0, 12);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    boolean has(String path) {
        return byPath.containsKey(path);
    }

    Set<String> paths() {
        return byPath.keySet();
    }

    @Override
    public void handle(RoutingContext ctx) {
        Asset asset = byPath.get(ctx.request().path());
        if (asset == null) {
            ctx.next();
            return;
        }
        HttpMethod method = ctx.request().method();
        if (method != HttpMethod.GET && method != HttpMethod.HEAD) {
            throw Problem.methodNotAllowed("GET, HEAD");
        }
        HttpServerResponse response = ctx.response()
                // The names carry no version, so a browser asks each time, and mostly hears "not modified".
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-cache")
                .putHeader(HttpHeaders.ETAG, asset.etag);
        if (isKnown(ctx.request().getHeader(HttpHeaders.IF_NONE_MATCH), asset.etag)) {
            response.setStatusCode(304).end();
            return;
        }
        response.putHeader(HttpHeaders.CONTENT_TYPE, asset.type)
                .putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(asset.bytes.length()));
        if (method == HttpMethod.HEAD) {
            response.end();
        } else {
            response.end(asset.bytes);
        }
    }

    /** A proxy that compresses on the way marks the tag as weak: {@code W/"…"}. */
    private static boolean isKnown(@Nullable String ifNoneMatch, String etag) {
        return ifNoneMatch != null
                && (ifNoneMatch.contains(etag) || ifNoneMatch.strip().equals("*"));
    }
}
