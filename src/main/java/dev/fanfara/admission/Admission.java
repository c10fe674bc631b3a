package dev.fanfara.admission;

import dev.fanfara.config.GatewayConfig;
import java.util.function.Supplier;

/**
 * Everything that decides who may come in, once per node and shared by its event loops. Any thread.
 *
 * @param requests HTTP requests per {@link ClientAddress#group}
 * @param publishes publications by the HTTP API per API key or user
 */
public record Admission(Origins origins, RateLimit requests, RateLimit publishes, Connections connections) {
    /** {@code config} is read for every decision, so that a reload counts at once. */
    public static Admission of(Supplier<GatewayConfig> config) {
        return new Admission(
                new Origins(() -> config.get().server()),
                new RateLimit(() -> config.get().limits().requestsPerIp()),
                new RateLimit(() -> config.get().limits().publishes()),
                new Connections(() -> config.get().limits()));
    }

    /** The same, for pages of any site. */
    public Admission fromAnywhere(Supplier<GatewayConfig> config) {
        Origins everyone = new Origins(() -> config.get().server().openToAllOrigins());
        return new Admission(everyone, requests, publishes, connections);
    }
}
