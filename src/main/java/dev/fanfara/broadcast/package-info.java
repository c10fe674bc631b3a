/** Hosts rooms: hears commands on the bus, lets the room decide, and tells the loops and nodes that hold its members. */
@NullMarked
package dev.fanfara.broadcast;

import org.jspecify.annotations.NullMarked;
