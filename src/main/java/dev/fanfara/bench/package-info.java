/**
 * The load generator behind {@code fanfara bench}. Plain Netty and a frame reader of its own, so that one core of it
 * can take more than a gateway's core can give; it shares no code with the gateway it measures.
 */
@NullMarked
package dev.fanfara.bench;

import org.jspecify.annotations.NullMarked;
