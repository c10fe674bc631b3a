/** Fixtures that speak the vocabulary of the gateway. */
@NullMarked
package dev.fanfara.testing;

import org.jspecify.annotations.NullMarked;
