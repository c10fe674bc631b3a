/** What the wires have in common: who may open one, and how a socket is taken over from Vert.x and written to. */
@NullMarked
package dev.fanfara.transport;

import org.jspecify.annotations.NullMarked;
