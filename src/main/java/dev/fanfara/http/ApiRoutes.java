package dev.fanfara.http;

import dev.fanfara.auth.Identity;
import dev.fanfara.protocol.Scope;
import dev.fanfara.settings.LiveSettings;
import dev.fanfara.settings.Settings;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.openapi.router.OpenAPIRoute;
import io.vertx.ext.web.openapi.router.RouterBuilder;
import io.vertx.openapi.contract.Operation;
import io.vertx.openapi.contract.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The routes of the API, made from its document: a request is let in by what the document asks of its caller, and its
 * arguments are read by their schemas, before the operation sees it. One per event loop.
 */
final class ApiRoutes {
    private static final Identity ANYBODY = Identity.anonymous("anonymous", false);

    /** What answers to an {@code operationId}; fails with what becomes a {@link Problem}. */
    interface Action {
        Future<Answer> answer(Call call);
    }

    /** Who calls; fails with a {@link Problem}. */
    interface Identification {
        Future<Identity> identify(HttpServerRequest request, Settings settings);
    }

    private final ApiContract contract;
    private final LiveSettings live;
    private final Identification callers;

    ApiRoutes(ApiContract contract, LiveSettings live, Identification callers) {
        this.contract = contract;
        this.live = live;
        this.callers = callers;
    }

    /** @param actions one for each operation of the document, no more and no less */
    Router router(Vertx vertx, Map<String, Action> actions) {
        RouterBuilder builder = RouterBuilder.create(vertx, contract.paths());
        for (OpenAPIRoute route : builder.getRoutes()) {
            Action action = actions.get(route.getOperation().getOperationId());
            if (action == null) {
                throw new IllegalStateException(
                        "nothing answers to " + route.getOperation().getOperationId());
            }
            route.setDoSecurity(false).setDoValidation(false).addHandler(handler(route.getOperation(), action));
        }
        if (actions.size() != builder.getRoutes().size()) {
            throw new IllegalStateException("the document does not name all of " + actions.keySet());
        }
        Router router = builder.createRouter();
        for (Route route : router.getRoutes()) {
            Set<HttpMethod> methods = route.methods();
            if (methods != null && methods.contains(HttpMethod.GET)) {
                route.method(HttpMethod.HEAD);
            }
        }
        contract.paths().getPaths().forEach(path -> router.route(pathOf(path)).handler(otherMethods(path)));
        return router;
    }

    private static String pathOf(Path path) {
        return path.getName().replaceAll("\\{(.*?)}", ":$1");
    }

    private Handler<RoutingContext> handler(Operation operation, Action action) {
        Arguments.Reader arguments = new Arguments.Reader(contract.paths(), operation);
        boolean hasBody = contract.hasBody(operation);
        boolean isOpen = contract.isOpen(operation);
        Optional<Scope> required = contract.scope(operation);
        return ctx -> {
            if (hasBody) {
                // Nothing of it is taken in before it is known whose it is; asking for a key set may take a while.
                ctx.request().pause();
            }
            Settings settings = live.current();
            Future<Identity> known =
                    isOpen ? Future.succeededFuture(ANYBODY) : callers.identify(ctx.request(), settings);
            known.compose(caller -> {
                        required.ifPresent(scope -> Call.require(caller.has(scope)));
                        return action.answer(new Call(ctx, caller, settings, arguments.read(ctx)));
                    })
                    .onSuccess(answer -> answer.send(ctx.response()))
                    .onFailure(ctx::fail);
        };
    }

    /** vertx-web forgets a wrong method when a later route fits the path. */
    private static Handler<RoutingContext> otherMethods(Path path) {
        Set<String> methods = new TreeSet<>(Set.of("OPTIONS"));
        path.getOperations()
                .forEach(operation -> methods.add(operation.getHttpMethod().name()));
        if (methods.contains("GET")) {
            methods.add("HEAD");
        }
        String allowed = String.join(", ", methods);
        return ctx -> {
            if (ctx.request().method() != HttpMethod.OPTIONS) {
                throw Problem.methodNotAllowed(allowed);
            }
            ctx.response()
                    .putHeader(HttpHeaders.ALLOW, allowed)
                    .setStatusCode(204)
                    .end();
        };
    }
}
