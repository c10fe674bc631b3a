/** One client, the same whatever the wire: its commands, its rooms, its limits, and what waits to be written to it. */
@NullMarked
package dev.fanfara.connection;

import org.jspecify.annotations.NullMarked;
