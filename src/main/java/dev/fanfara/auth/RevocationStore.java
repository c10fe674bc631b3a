package dev.fanfara.auth;

import io.vertx.core.Future;
import java.util.Collection;
import java.util.List;

/** Where the nodes of a cluster keep their revocations for each other, and for nodes to come. Any thread. */
public interface RevocationStore {
    /** Of a node that is alone: what it knows is all there is. */
    RevocationStore NONE = new RevocationStore() {
        @Override
        public Future<Void> keep(Revocation revocation) {
            return Future.succeededFuture();
        }

        @Override
        public Future<Collection<Revocation>> all() {
            return Future.succeededFuture(List.of());
        }
    };

    /** Fails with a {@link dev.fanfara.protocol.Refusal} if it cannot be kept now. */
    Future<Void> keep(Revocation revocation);

    Future<Collection<Revocation>> all();
}
