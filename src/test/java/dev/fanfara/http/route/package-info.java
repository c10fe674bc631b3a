/** Tests of {@code dev.fanfara.http.route}. */
@NullMarked
package dev.fanfara.http.route;

import org.jspecify.annotations.NullMarked;
