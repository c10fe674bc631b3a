/** What is in force right now: the configuration and what was built from it, swapped as one. */
@NullMarked
package dev.fanfara.settings;

import org.jspecify.annotations.NullMarked;
