/**
 * One fault at a time on a real cluster under load, and figures of what it did. {@code Experiment} tells the order of
 * events, {@code Fault} what goes wrong, {@code Crowd} who watches, {@code Checker} what is judged; {@code
 * -Dfanfara.seed=…} draws the same again.
 */
@NullMarked
package dev.fanfara.chaos;

import org.jspecify.annotations.NullMarked;
