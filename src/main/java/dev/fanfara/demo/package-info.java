/** The moving numbers behind the page at {@code /}. */
@NullMarked
package dev.fanfara.demo;

import org.jspecify.annotations.NullMarked;
