/**
 * Where the memory of rooms is kept: in this node, or in the cluster with copies on other nodes. What a room decides is
 * {@code room}'s; this is how a question gets to where the answer is, and what happens when nodes are lost meanwhile.
 */
@NullMarked
package dev.fanfara.log;

import org.jspecify.annotations.NullMarked;
