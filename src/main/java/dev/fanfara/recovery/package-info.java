/** Sessions of Socket.IO whose clients were cut off and may come back for them: what is kept of one, where, and who finds it. */
@NullMarked
package dev.fanfara.recovery;

import org.jspecify.annotations.NullMarked;
