package dev.fanfara.http;

import dev.fanfara.auth.Identity;
import dev.fanfara.settings.Settings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/**
 * The console at {@code /admin/} and what it asks: under {@code /admin/api} all that the API of the client port does, done
 * for an administrator, and what only operators want to know.
 */
final class AdminRoutes {
    private static final String PAGE_POLICY = "default-src 'none'; script-src 'self'; style-src 'self';"
            + " connect-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none';"
            + " require-trusted-types-for 'script'";

    private final Vertx vertx;
    private final HttpParts parts;
    private final ConfigApi config;
    private final AdminGate gate;
    private final NodesApi nodes;
    private final ActivityApi activity;
    private final Assets page = Assets.fromClassPath("console", "/admin");

    AdminRoutes(Vertx vertx, HttpParts parts, Operations operations) {
        this.vertx = vertx;
        this.parts = parts;
        this.config = new ConfigApi(parts.rollout(), parts.memory().intake(), parts.metrics());
        this.gate = new AdminGate(parts.live(), parts.metrics());
        this.nodes = new NodesApi(vertx, parts, operations);
        this.activity = new ActivityApi(vertx, parts.nodes(), operations.watching());
    }

    /** What the API of the client port has not. One line each; a body is read by {@link JsonBody}. */
    private void table(Table at) {
        at.route(HttpMethod.GET, "/nodes", nodes::nodes);
        at.route(HttpMethod.GET, "/activity", activity::rooms);
        at.route(HttpMethod.GET, "/config", config::status);
        at.route(HttpMethod.GET, "/config/reloads", nodes::reloads);
        at.route(HttpMethod.POST, "/config/plan", config::plan);
        at.route(HttpMethod.POST, "/config/apply", config::apply);
        at.route(HttpMethod.POST, "/config/rollback", config::rollback);
    }

    /** Before anybody asks. */
    Future<Void> start() {
        return nodes.start();
    }

    Router router() {
        Router api = Router.router(vertx);
        table((method, path, action) -> api.route(method, path).handler(ctx -> answer(ctx, action)));
        api.get("/rooms/:room/live").handler(ctx -> activity.watch(call(ctx)));
        ApiRoutes shared = new ApiRoutes(
                parts.api(), parts.live(), (request, settings) -> Future.succeededFuture(Identity.administrator()));
        api.route().subRouter(shared.router(vertx, ApiOperations.of(vertx, parts)));

        Router routes = Router.router(vertx);
        routes.routeWithRegex("/admin").handler(ctx -> ctx.redirect("/admin/"));
        routes.route("/admin/api/*").handler(ctx -> {
            gate.requireAdministrator(ctx.request());
            ctx.next();
        });
        routes.route("/admin/api/*").subRouter(api);
        routes.route("/admin/*").handler(ctx -> {
            gate.requireOpen(ctx.request());
            ctx.response().putHeader("Content-Security-Policy", PAGE_POLICY).putHeader("X-Frame-Options", "DENY");
            ctx.next();
        });
        routes.route("/admin/*").handler(page);
        routes.route().handler(ctx -> {
            throw Problem.notFound();
        });
        routes.route().failureHandler(AdminRoutes::refuse);
        routes.errorHandler(400, AdminRoutes::refuse).errorHandler(500, AdminRoutes::refuse);
        return routes;
    }

    private interface Table {
        void route(HttpMethod method, String path, ApiRoutes.Action action);
    }

    private void answer(RoutingContext ctx, ApiRoutes.Action action) {
        if (ctx.request().method() != HttpMethod.GET) {
            ctx.request().pause();
        }
        action.answer(call(ctx))
                .onSuccess(answer -> answer.send(ctx.response()))
                .onFailure(ctx::fail);
    }

    private Call call(RoutingContext ctx) {
        Settings settings = parts.live().current();
        return new Call(ctx, Identity.administrator(), settings, Arguments.undescribed(ctx));
    }

    private static void refuse(RoutingContext ctx) {
        Problem problem = HttpVerticle.problem(ctx);
        if (problem.status() == 413) {
            ctx.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        }
        problem.answer(ctx.response());
        // What is left of a body nobody wants is read and dropped; the next request of the connection is behind it.
        ctx.request().resume();
    }
}
