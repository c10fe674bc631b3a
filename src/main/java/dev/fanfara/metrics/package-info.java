/** What the gateway reports about itself, and the meters it becomes. */
@NullMarked
package dev.fanfara.metrics;

import org.jspecify.annotations.NullMarked;
