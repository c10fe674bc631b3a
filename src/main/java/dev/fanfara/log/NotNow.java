package dev.fanfara.log;

import com.hazelcast.core.HazelcastException;
import com.hazelcast.spi.exception.SilentException;

/** The node in charge may be able to answer soon: nodes are silent, or a room's copy has no place yet. Goes from node to node. */
final class NotNow extends HazelcastException implements SilentException {
    NotNow(String why) {
        super(why);
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
