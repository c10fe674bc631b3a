/** Who may come in and how often: addresses, origins, rates and numbers of connections, all per node. */
@NullMarked
package dev.fanfara.admission;

import org.jspecify.annotations.NullMarked;
