package dev.fanfara.http;

import dev.fanfara.admission.ClientAddress;
import dev.fanfara.trace.RequestTrace;
import io.vertx.core.http.HttpServerRequest;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One line for each HTTP request that was answered; what became a connection has its line when that ends. */
final class AccessLog {
    private static final Logger LOG = LoggerFactory.getLogger(AccessLog.class);

    private static final double NANOS_PER_MS = TimeUnit.MILLISECONDS.toNanos(1);

    private AccessLog() {}

    static void follow(HttpServerRequest request, ClientAddress client) {
        long began = System.nanoTime();
        request.response()
                .endHandler(ended -> LOG.atInfo()
                        .addKeyValue("requestId", RequestTrace.id(request.response()))
                        .addKeyValue("method", request.method().name())
                        // Without the query: there may be a token in it.
                        .addKeyValue("path", request.path())
                        .addKeyValue("status", request.response().getStatusCode())
                        .addKeyValue("bytes", request.response().bytesWritten())
                        .addKeyValue("ms", Math.round((System.nanoTime() - began) / NANOS_PER_MS * 100) / 100.0)
                        .addKeyValue("address", client.group())
                        .log("request answered"));
    }
}
