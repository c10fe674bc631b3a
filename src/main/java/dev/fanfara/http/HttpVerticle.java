package dev.fanfara.http;

import dev.fanfara.admission.ClientAddress;
import dev.fanfara.auth.TokenRejected;
import dev.fanfara.bus.HttpAnswer;
import dev.fanfara.config.GatewayConfig;
import dev.fanfara.config.ServerConfig;
import dev.fanfara.config.TlsConfig;
import dev.fanfara.memory.Heap;
import dev.fanfara.protocol.ErrorCode;
import dev.fanfara.protocol.Refusal;
import dev.fanfara.trace.RequestTrace;
import dev.fanfara.transport.Gatekeeper;
import dev.fanfara.transport.Pipelines;
import dev.fanfara.transport.engineio.EngineDoor;
import dev.fanfara.transport.websocket.WebSocketUpgrade;
import io.netty.channel.ChannelFutureListener;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The client port. One instance per event loop, all on the same port, each with the connections of its loop.
 *
 * <p>A connection passes {@link #accept}, each of its requests {@link #enter}, which sends it to the WebSockets or to one
 * of the {@link #routes}, {@link #stream} among them; every no leaves by {@link #refuse}.
 */
public final class HttpVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(HttpVerticle.class);

    private static final String STREAMS = "/sse";
    /** Answers to one who showed credentials that opened nothing. */
    private static final Set<Integer> NOT_LET_IN = Set.of(401, 404, 405);

    private final HttpParts parts;
    private final Doors doors;
    private final Duration bodyDeadline;
    private final Duration idleDeadline;
    /** One for all: a connection keeps its listeners as long as it lives. */
    private final ChannelFutureListener socketClosed;

    private @Nullable Router router;
    private @Nullable HttpServer server;
    /** What it opened with. */
    private @Nullable TlsConfig tls;

    public HttpVerticle(HttpParts parts, Doors doors) {
        this(parts, doors, RequestDeadlines.Limits.BODY, RequestDeadlines.Limits.IDLE);
    }

    HttpVerticle(HttpParts parts, Doors doors, Duration bodyDeadline, Duration idleDeadline) {
        this.parts = parts;
        this.doors = doors;
        this.bodyDeadline = bodyDeadline;
        this.idleDeadline = idleDeadline;
        this.socketClosed = closed -> parts.admission().connections().socketClosed();
    }

    @Override
    public Future<?> start() {
        GatewayConfig config = inForce();
        ServerConfig address = config.server();
        tls = address.tls();
        router = routes();
        // A negative port is a free one, the same for all instances; with 0 each would get its own.
        int port = address.port() == 0 ? -1 : address.port();
        HttpServer listening = vertx.createHttpServer(ServerOptions.of(
                address.host(), port, address.tls(), config.limits().handshake()));
        server = listening;
        return listening
                .connectionHandler(this::accept)
                .requestHandler(this::enter)
                .invalidRequestHandler(HttpVerticle::refuseUnreadable)
                .listen();
    }

    /** The certificate for connections to come. Event loop only. */
    public Future<?> renew(GatewayConfig config) {
        return server == null
                ? Future.succeededFuture()
                : ServerOptions.renew(
                        server, tls, config.server().tls(), config.limits().handshake());
    }

    /** New connections are refused from here on; requests under way may take so long. Event loop only. */
    public Future<Void> stopAccepting(Duration patience) {
        return server == null ? Future.succeededFuture() : server.shutdown(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Ends the WebSockets that were passed on, over the window; done when they are gone. Event loop only. */
    public Future<?> drain(Duration window) {
        return doors.onward().drain(window);
    }

    public void hurry() {
        doors.onward().hurry();
    }

    /** Once started; tells what port 0 became. */
    public int port() {
        return server == null ? inForce().server().port() : server.actualPort();
    }

    private Router routes() {
        Router routes = Router.router(vertx);

        Cors cors = new Cors(parts.admission().origins());
        routes.route("/api/*").handler(HttpVerticle::doNotStore).handler(cors);
        routes.route(STREAMS).handler(HttpVerticle::doNotStore).handler(cors).handler(this::stream);
        doors.engines()
                .forEach(engine -> engine.paths()
                        .forEach(path -> routes.route(path)
                                .handler(HttpVerticle::doNotStore)
                                .handler(ctx -> keepForeignersOut(ctx, engine))
                                .handler(new Cors(engine.origins()))
                                .handler(ctx -> engine(ctx, engine))));
        ApiRoutes api = new ApiRoutes(parts.api(), parts.live(), new Callers(parts.metrics())::identify);
        routes.route("/api/*").subRouter(api.router(vertx, ApiOperations.of(vertx, parts)));
        routes.route().handler(parts.assets());
        routes.route().handler(HttpVerticle::nothingHere);

        routes.route().failureHandler(this::refuse);
        // What the router itself cannot make sense of, such as a path with broken escapes, never comes to a route.
        routes.errorHandler(
                        400,
                        ctx -> Problem.badRequest("This is not a valid path").answer(ctx.response()))
                .errorHandler(500, this::refuse);
        return routes;
    }

    /** A new connection, before its first byte. */
    private void accept(HttpConnection connection) {
        var sockets = parts.admission().connections();
        var channel = Pipelines.of(connection).channel();
        Runnable onEnd = parts.sockets().open(connection.remoteAddress(), inForce());
        if (onEnd == null) {
            parts.metrics().rateLimited("connections");
            channel.close();
            return;
        }
        if (!sockets.socketOpened()) {
            onEnd.run();
            parts.metrics().rateLimited("connects");
            channel.close();
            return;
        }
        channel.closeFuture().addListener(socketClosed);
        RequestDeadlines.install(
                connection,
                new RequestDeadlines.Limits(inForce().limits().handshake(), bodyDeadline, idleDeadline),
                onEnd);
    }

    private void enter(HttpServerRequest request) {
        RequestTrace.begin(request);
        if (inForce().logging().access()) {
            AccessLog.follow(request, client(request));
        }
        EngineDoor engine = doors.engineAt(request.path());
        Handler<HttpServerRequest> onward = onward(request.path());
        Optional<Problem> mistake = RequestRules.mistake(request, engine != null || onward != null);
        if (mistake.isPresent()) {
            request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
            mistake.get().answer(request.response());
            return;
        }
        if (parts.draining().getAsBoolean()) {
            request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        }
        boolean upgrade = request.headers().contains(HttpHeaders.UPGRADE, HttpHeaders.WEBSOCKET, true);
        boolean inSession = engine != null && EngineDoor.namesSession(request);
        boolean connects = upgrade
                ? engine != null || WebSocketUpgrade.serves(request.path())
                : request.method() == HttpMethod.GET && (engine != null || STREAMS.equals(request.path()));
        if (connects && !inSession && isRefusedAtTheDoor(request)) {
            return;
        }
        // Authenticated publishes have a limit of their own; whether it is one is known when its credentials are. What
        // belongs to a session is not counted, and whether there is one is known where it lives.
        boolean countsLater =
                inSession || (engine == null && onward == null && !upgrade && Callers.mayBePublish(request));
        Optional<Problem> tooMany = countsLater ? Optional.empty() : count(request);
        if (tooMany.isPresent()) {
            tooMany.get().answer(request.response());
        } else if (onward != null) {
            onward.handle(request);
        } else if (upgrade && engine != null) {
            upgrade(request, engine);
        } else if (upgrade && connects) {
            upgrade(request);
        } else if (router != null) {
            SecurityHeaders.put(request.response());
            router.handle(request);
        }
    }

    private @Nullable Handler<HttpServerRequest> onward(String path) {
        return path.startsWith("/") && !parts.assets().has(path)
                ? doors.onward().at(path)
                : null;
    }

    /** Before a request is even counted: whoever is told to come back must not be punished for doing so. */
    private boolean isRefusedAtTheDoor(HttpServerRequest request) {
        Optional<Duration> wait = parts.admission().connections().refuses(Gatekeeper.comesBack(request));
        if (wait.isPresent()) {
            parts.metrics().rateLimited("connects");
            refuseUpgrade(request, Gatekeeper.overloaded(wait.get()));
        }
        return wait.isPresent();
    }

    /** Nothing more is expected of a client that wanted to connect, and thousands of them would fill the tables. */
    public static void refuseUpgrade(HttpServerRequest request, Refusal refusal) {
        request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        Problem.of(refusal).answer(request.response());
    }

    private void upgrade(HttpServerRequest request) {
        if (parts.memory().heap().isLow()) {
            parts.metrics().refusedForMemory();
            Problem.of(Heap.refusal()).answer(request.response());
            return;
        }
        try {
            doors.upgrades().accept(request);
        } catch (RuntimeException bug) {
            // Its text may hold the query, and that a token.
            LOG.atError()
                    .addKeyValue("requestId", RequestTrace.id(request.response()))
                    .log("an upgrade failed: {}", bug.getClass().getName());
            Problem.of(bug).answer(request.response());
        }
    }

    private void upgrade(HttpServerRequest request, EngineDoor engine) {
        engine.upgrade(request)
                .onSuccess(answer -> {
                    if (answer != null) {
                        request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
                        answer(request, answer);
                    }
                })
                .onFailure(no -> {
                    if (no instanceof Refusal refusal) {
                        refuseUpgrade(request, refusal);
                    } else {
                        LOG.debug(
                                "the client left before its answer: {}",
                                no.getClass().getName());
                    }
                });
    }

    private void keepForeignersOut(RoutingContext ctx, EngineDoor engine) {
        if (engine.allowsOrigin(ctx.request())) {
            ctx.next();
        } else {
            answer(ctx.request(), EngineDoor.FORBIDDEN);
        }
    }

    private void engine(RoutingContext ctx, EngineDoor engine) {
        engine.accept(ctx.request())
                .onSuccess(answer -> answer(ctx.request(), answer))
                .onFailure(no -> {
                    if (no instanceof Refusal refusal && refusal.code() == ErrorCode.UNAVAILABLE) {
                        refuseUpgrade(ctx.request(), refusal);
                    } else {
                        ctx.fail(no);
                    }
                });
    }

    /** A session that is not there counts as any other request. */
    private void answer(HttpServerRequest request, HttpAnswer answer) {
        boolean counts = answer.status() >= 400 && EngineDoor.namesSession(request);
        Optional<Problem> tooMany = counts ? count(request) : Optional.empty();
        tooMany.ifPresentOrElse(
                problem -> problem.answer(request.response()), () -> EngineDoor.answer(request.response(), answer));
        request.resume();
    }

    private void stream(RoutingContext ctx) {
        if (ctx.request().method() != HttpMethod.GET) {
            throw Problem.methodNotAllowed("GET");
        }
        if (parts.memory().heap().isLow()) {
            parts.metrics().refusedForMemory();
            throw Heap.refusal();
        }
        doors.streams().apply(ctx.request()).onFailure(no -> {
            if (no instanceof TokenRejected rejected) {
                ctx.fail(Problem.unauthorized(rejected.reason() != TokenRejected.Reason.MISSING));
            } else if (no instanceof Refusal refusal && refusal.code() == ErrorCode.TOO_LARGE) {
                ctx.fail(Problem.headersTooLarge(refusal.sentence()));
            } else if (no instanceof Refusal refusal && refusal.code() == ErrorCode.UNAVAILABLE) {
                refuseUpgrade(ctx.request(), refusal);
            } else {
                ctx.fail(no);
            }
        });
    }

    private Optional<Problem> count(HttpServerRequest request) {
        Optional<Duration> wait =
                parts.admission().requests().refuses(client(request).group());
        wait.ifPresent(refused -> parts.metrics().rateLimited("requests"));
        return wait.map(Problem::rateLimited);
    }

    private ClientAddress client(HttpServerRequest request) {
        return ClientAddress.of(
                request.remoteAddress(),
                request.headers().getAll("X-Forwarded-For"),
                inForce().server().trustedProxies());
    }

    private static void doNotStore(RoutingContext ctx) {
        ctx.response().putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        ctx.next();
    }

    private static void nothingHere(RoutingContext ctx) {
        throw Problem.notFound();
    }

    /** The one place where a failure becomes an answer and, if nobody foresaw it, a log line. */
    private void refuse(RoutingContext ctx) {
        Problem problem = problem(ctx);
        HttpServerRequest request = ctx.request();
        if (NOT_LET_IN.contains(problem.status()) && Callers.mayBePublish(request)) {
            problem = count(request).orElse(problem);
        }
        if (problem.status() == 413) {
            ctx.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        }
        problem.answer(ctx.response());
        // What is left of a body nobody wants is read and dropped; the next request of the connection is behind it.
        request.resume();
    }

    /** What a failure is to the client; where nobody foresaw it, it is logged. */
    static Problem problem(RoutingContext ctx) {
        Throwable failure = ctx.failure();
        if (failure instanceof Problem || failure instanceof Refusal) {
            return Problem.of(failure);
        }
        if (ctx.statusCode() == 400) {
            return Problem.badRequest("This is not a valid path");
        }
        if (ctx.response().closed()) {
            LOG.atDebug()
                    .addKeyValue("requestId", RequestTrace.id(ctx.response()))
                    .setCause(failure)
                    .log("the client left before its answer");
        } else {
            LOG.atError()
                    .addKeyValue("requestId", RequestTrace.id(ctx.response()))
                    .setCause(failure)
                    .log("{} {} failed", ctx.request().method(), ctx.request().path());
        }
        return Problem.of(failure);
    }

    /** The decoder gave up; nothing that follows on this connection can be trusted to begin where we think it does. */
    static void refuseUnreadable(HttpServerRequest request) {
        RequestTrace.begin(request);
        request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        RequestRules.unreadable(request.decoderResult().cause()).answer(request.response());
    }

    private GatewayConfig inForce() {
        return parts.live().current().config();
    }
}
