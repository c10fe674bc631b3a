package dev.fanfara.transport.engineio;

import dev.fanfara.admission.ClientAddress;
import org.jspecify.annotations.Nullable;

/**
 * What the request said that a session began with. Immutable.
 *
 * @param token shown in its headers or query; not verified
 */
public record Handshake(ClientAddress client, @Nullable String token) {
    @Override
    public String toString() {
        return "Handshake[" + client + "]";
    }
}
