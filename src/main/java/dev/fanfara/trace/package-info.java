/** What ties the lines and requests together that one request caused. */
@NullMarked
package dev.fanfara.trace;

import org.jspecify.annotations.NullMarked;
