package dev.fanfara.config;

/** Whether a route's clients show a token. Under {@link #NONE} tokens are none of the gateway's business. */
public enum RouteAuth {
    NONE,
    OPTIONAL,
    REQUIRED
}
