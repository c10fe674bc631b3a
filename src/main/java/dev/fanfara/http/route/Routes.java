package dev.fanfara.http.route;

import dev.fanfara.config.GatewayConfig;
import dev.fanfara.config.RoutePath;
import dev.fanfara.config.RouteRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The routes in force on this node. A rule that a reload leaves as it is stays the same route, with what it knows of its
 * upstreams. Any thread.
 */
public final class Routes {
    private record Table(List<RouteRule> rules, List<Route> routes) {}

    private final Supplier<GatewayConfig> config;
    private volatile Table table = new Table(List.of(), List.of());

    public Routes(Supplier<GatewayConfig> config) {
        this.config = config;
    }

    public List<Route> all() {
        List<RouteRule> rules = config.get().routes();
        return table.rules == rules ? table.routes : rebuilt(rules);
    }

    private synchronized List<Route> rebuilt(List<RouteRule> rules) {
        if (table.rules != rules) {
            Map<RouteRule, Route> before =
                    table.routes.stream().collect(Collectors.toMap(Route::rule, Function.identity()));
            List<Route> routes = new ArrayList<>();
            for (RouteRule rule : rules) {
                Route same = before.get(rule);
                routes.add(same == null ? new Route(rule) : same);
            }
            table = new Table(rules, List.copyOf(routes));
        }
        return table.routes;
    }

    /** The route for a request's path; null where there is none, or the gateway serves it itself. */
    public @Nullable Route find(String rawPath) {
        List<Route> routes = all();
        String path = routes.isEmpty() ? null : RequestPath.of(rawPath).orElse(null);
        if (path == null || RoutePath.isGateways(path)) {
            return null;
        }
        for (Route route : routes) {
            if (route.rule().path().matches(path)) {
                return route;
            }
        }
        return null;
    }
}
