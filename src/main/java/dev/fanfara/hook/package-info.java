/** What a backend is asked before something happens, and told when it has: signed requests of HTTP. */
@NullMarked
package dev.fanfara.hook;

import org.jspecify.annotations.NullMarked;
