/** Tests of {@code dev.fanfara.admission}. */
@NullMarked
package dev.fanfara.admission;

import org.jspecify.annotations.NullMarked;
