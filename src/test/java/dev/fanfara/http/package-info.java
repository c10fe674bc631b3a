/** Tests of {@code dev.fanfara.http}. */
@NullMarked
package dev.fanfara.http;

import org.jspecify.annotations.NullMarked;
