package dev.fanfara.http.route;

import dev.fanfara.config.Cidr;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;

/** What is settled about a request before an upstream hears of it. Immutable. */
record Passage(Route route, Caller caller, String target, List<Cidr> trustedProxies, HttpClient client) {
    void headers(HttpServerRequest request, Upstream upstream, MultiMap to) {
        PassedOn.request(request, route.rule(), caller, upstream, trustedProxies, to);
    }
}
