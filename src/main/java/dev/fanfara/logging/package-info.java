/** Where log lines go, and what must never happen because of them. */
@NullMarked
package dev.fanfara.logging;

import org.jspecify.annotations.NullMarked;
