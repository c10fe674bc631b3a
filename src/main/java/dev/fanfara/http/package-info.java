/**
 * The two HTTP ports: who may enter, by which door, and what is answered. {@code HttpVerticle} is the client port,
 * {@code ManagementVerticle} the operator's.
 */
@NullMarked
package dev.fanfara.http;

import org.jspecify.annotations.NullMarked;
