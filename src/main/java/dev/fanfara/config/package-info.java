/** The configuration as immutable values, and how a file, the environment and flags become them. */
@NullMarked
package dev.fanfara.config;

import org.jspecify.annotations.NullMarked;
