/** Server-Sent Events (HTML Standard, section 9.2): what a request may ask for, and the stream it becomes. */
@NullMarked
package dev.fanfara.transport.sse;

import org.jspecify.annotations.NullMarked;
