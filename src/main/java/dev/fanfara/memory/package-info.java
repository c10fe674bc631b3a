/** How much this node may take on, and when it has too much. */
@NullMarked
package dev.fanfara.memory;

import org.jspecify.annotations.NullMarked;
