/** The commands of the command line, and the options they share. */
@NullMarked
package dev.fanfara.cli;

import org.jspecify.annotations.NullMarked;
