/** Who is there and what that one may do: tokens, API keys and room rights. */
@NullMarked
package dev.fanfara.auth;

import org.jspecify.annotations.NullMarked;
