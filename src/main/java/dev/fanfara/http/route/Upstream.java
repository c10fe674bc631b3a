package dev.fanfara.http.route;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.HostAndPort;
import java.util.concurrent.TimeUnit;

/** One server behind a route, and whether it is well as far as this node can tell. Any thread. */
final class Upstream {
    /** So long after a connection to it failed nobody is sent there, if there is another. */
    private static final long REST_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final String origin;
    private final String authority;
    private final boolean isTls;
    private final HostAndPort address;
    private volatile boolean saysIll;
    private volatile boolean resting;
    private volatile long restsUntil;

    Upstream(String origin) {
        this.origin = origin;
        isTls = origin.startsWith("https:");
        authority = origin.substring(origin.indexOf("://") + "://".length());
        address = HostAndPort.parseAuthority(authority, isTls ? 443 : 80);
    }

    boolean isUp() {
        return !saysIll && !(resting && System.nanoTime() - restsUntil < 0);
    }

    /** It could not be connected to; tells whether that is news. */
    boolean unreachable() {
        boolean news = !resting;
        restsUntil = System.nanoTime() + REST_NANOS;
        resting = true;
        return news;
    }

    void reachable() {
        resting = false;
    }

    /** What it says itself; tells whether that is news. */
    boolean says(boolean well) {
        boolean news = saysIll == well;
        saysIll = !well;
        return news;
    }

    RequestOptions request(HttpMethod method, String target) {
        return new RequestOptions()
                .setMethod(method)
                .setHost(host())
                .setPort(address.port())
                .setSsl(isTls)
                .setURI(target);
    }

    /** Without the brackets of an IPv6 address. */
    private String host() {
        String host = address.host();
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    /** Its own name, as a {@code Host} header tells it. */
    String authority() {
        return authority;
    }

    @Override
    public String toString() {
        return origin;
    }
}
