package dev.fanfara.log;

import com.hazelcast.core.HazelcastException;
import com.hazelcast.spi.exception.SilentException;

/** The node in charge sees too few others to be in charge. Goes from node to node. */
final class NoMajority extends HazelcastException implements SilentException {
    NoMajority() {
        super("too few nodes are left");
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
