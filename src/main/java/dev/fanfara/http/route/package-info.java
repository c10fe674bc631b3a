/** The edge for services behind the gateway: which requests are passed on, to whom, and what they may cost. */
@NullMarked
package dev.fanfara.http.route;

import org.jspecify.annotations.NullMarked;
