/** Tests of {@code dev.fanfara.metrics}. */
@NullMarked
package dev.fanfara.metrics;

import org.jspecify.annotations.NullMarked;
