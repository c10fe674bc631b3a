/** The rules of a room, in plain Java that decides: it sends nothing and reads no clock. */
@NullMarked
package dev.fanfara.room;

import org.jspecify.annotations.NullMarked;
