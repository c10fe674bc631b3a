/**
 * Random stories on a real cluster, and a judge of what the clients saw. {@code Story} draws and tells one, {@code
 * Checker} holds it against the contract; {@code -Dfanfara.seed=…} tells one again.
 */
@NullMarked
package dev.fanfara.model;

import org.jspecify.annotations.NullMarked;
