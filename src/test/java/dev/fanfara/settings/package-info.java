/** Tests of {@code dev.fanfara.settings}. */
@NullMarked
package dev.fanfara.settings;

import org.jspecify.annotations.NullMarked;
