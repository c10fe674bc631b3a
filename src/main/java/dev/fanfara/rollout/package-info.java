/** One configuration for all nodes at once: what it would change, whether every node can live with it, and the way back. */
@NullMarked
package dev.fanfara.rollout;

import org.jspecify.annotations.NullMarked;
