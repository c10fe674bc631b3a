/** The words all parts share: what a client says, what the gateway says, and every way it says no. */
@NullMarked
package dev.fanfara.protocol;

import org.jspecify.annotations.NullMarked;
