/** Starts and wires: {@link dev.fanfara.Gateway} is the one class that knows every part. */
@NullMarked
package dev.fanfara;

import org.jspecify.annotations.NullMarked;
