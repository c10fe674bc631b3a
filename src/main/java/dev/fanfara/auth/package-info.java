/**
 * Who is there and what that one may do: tokens, API keys and room rights. A token goes through {@code CompactToken}
 * (its form), {@code KeyRing} (its signature) and {@code ClaimRules} (its contents), in that order, and comes out as an
 * {@code Identity}.
 */
@NullMarked
package dev.fanfara.auth;

import org.jspecify.annotations.NullMarked;
