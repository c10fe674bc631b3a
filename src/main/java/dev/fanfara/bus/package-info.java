/** All that crosses the event bus, and nothing else: the addresses, one record per message, and their bytes. */
@NullMarked
package dev.fanfara.bus;

import org.jspecify.annotations.NullMarked;
