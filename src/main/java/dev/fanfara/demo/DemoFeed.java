package dev.fanfara.demo;

import dev.fanfara.bus.Addresses;
import dev.fanfara.bus.Nodes;
import dev.fanfara.bus.PublishRequest;
import dev.fanfara.protocol.Payload;
import dev.fanfara.protocol.RoomName;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.json.JsonObject;
import java.util.Random;
import java.util.function.BooleanSupplier;

/**
 * Publishes a shop's made-up traffic into room {@code demo}, as merge patches through the same door as any backend. It does so
 * while {@code isWanted}: the configuration says so, and in a cluster one node does it.
 */
public final class DemoFeed extends VerticleBase {
    public static final RoomName ROOM = new RoomName("demo");

    private static final long INTERVAL_MS = 200;
    private static final double DAY_MS = 90_000;

    private final Nodes nodes;
    private final BooleanSupplier isWanted;
    /** Touched only by this verticle's event loop. */
    private final Random random = new Random();

    private double drift;
    private double trouble;

    public DemoFeed(Nodes nodes, BooleanSupplier isWanted) {
        this.nodes = nodes;
        this.isWanted = isWanted;
    }

    @Override
    public Future<?> start() {
        vertx.setPeriodic(INTERVAL_MS, timer -> {
            if (isWanted.getAsBoolean()) {
                publish(sample(System.currentTimeMillis()));
            }
        });
        return Future.succeededFuture();
    }

    private void publish(JsonObject sample) {
        Payload payload = new Payload(Payload.Kind.DATA, sample.toBuffer().getBytes());
        PublishRequest request = new PublishRequest(ROOM, null, payload, null, System.nanoTime());
        int inCharge = Addresses.loopOf(ROOM, nodes.self().loops());
        // Nobody waits for the answer: the next sample comes at once.
        Addresses.PUBLISH.ask(vertx, nodes.self().id(), inCharge, request);
    }

    /** A day in ninety seconds, slow drift, noise, and now and then trouble that shows in all four numbers. */
    private JsonObject sample(long now) {
        double day = 0.5 + 0.5 * Math.sin(2 * Math.PI * now / DAY_MS);
        drift = drift * 0.98 + random.nextGaussian() * 0.02;
        trouble = random.nextInt(150) == 0 ? 1 : trouble * 0.93;
        double load = Math.max(0.05, 0.25 + 0.6 * day + drift);
        double eu = 900 * load * noise();
        double us = 1_300 * Math.max(0.05, 0.25 + 0.6 * (1 - day) + drift) * noise();
        double ap = 500 * (0.4 + 0.3 * Math.sin(2 * Math.PI * now / DAY_MS + 2) + 0.2) * noise();
        return new JsonObject()
                .put("t", now)
                .put(
                        "values",
                        new JsonObject()
                                .put("requests", Math.round(eu + us + ap))
                                .put("latency", rounded(28 + 45 * load * noise() + 240 * trouble))
                                .put("errors", rounded(0.25 + 0.3 * random.nextDouble() + 6 * trouble))
                                .put("cpu", rounded(Math.min(100, 18 + 55 * load * noise() + 18 * trouble))))
                .put(
                        "regions",
                        new JsonObject()
                                .put("eu", Math.round(eu))
                                .put("us", Math.round(us))
                                .put("ap", Math.round(ap)));
    }

    private double noise() {
        return 1 + random.nextGaussian() * 0.04;
    }

    private static double rounded(double value) {
        return Math.round(value * 100) / 100.0;
    }
}
