/** Typed reads of JSON that name every bad field, and the schema and defaults that follow from the same definitions. */
@NullMarked
package dev.fanfara.json;

import org.jspecify.annotations.NullMarked;
