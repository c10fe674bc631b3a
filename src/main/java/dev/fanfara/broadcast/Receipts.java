package dev.fanfara.broadcast;

import dev.fanfara.bus.NodeRef;
import dev.fanfara.bus.PeerMessage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Tells the loops of other nodes how far what they forward has come, soon enough that they never wait for it: a little
 * later, or at once when much has come. Touched only by the room service's event loop.
 */
final class Receipts {
    private static final long DELAY_MS = 100;
    /** Well below what the smallest limit lets a sender have on the way. */
    private static final long AT_ONCE_BYTES = 256 * 1024;

    private final PeerLinks links;
    private final NodeRef self;
    private final int loop;

    private final Map<Sender, Progress> progress = new HashMap<>();
    private List<Sender> due = new ArrayList<>();

    private record Sender(String node, int loop) {}

    private static final class Progress {
        /** The highest seen: a connection that broke may bring older ones later. */
        long position;

        long told;
        boolean due;
    }

    Receipts(PeerLinks links, NodeRef self, int loop) {
        this.links = links;
        this.self = self;
        this.loop = loop;
    }

    /** @return false if later ones were here before: a link that broke has held it back, and nobody waits for it any more */
    boolean onPublications(PeerMessage.Publications batch) {
        Sender sender = new Sender(batch.node(), batch.loop());
        Progress seen = progress.computeIfAbsent(sender, first -> new Progress());
        boolean inOrder = batch.position() > seen.position;
        seen.position = Math.max(seen.position, batch.position());
        if (seen.position - seen.told >= AT_ONCE_BYTES) {
            tell(sender, seen);
        } else if (!seen.due) {
            seen.due = true;
            tellLater(sender);
        }
        return inOrder;
    }

    private void tellLater(Sender sender) {
        if (due.isEmpty()) {
            links.context().owner().setTimer(DELAY_MS, timer -> tellAll());
        }
        due.add(sender);
    }

    private void tellAll() {
        List<Sender> now = due;
        due = new ArrayList<>();
        for (Sender sender : now) {
            Progress seen = progress.get(sender);
            if (seen != null) {
                seen.due = false;
                tell(sender, seen);
            }
        }
    }

    private void tell(Sender sender, Progress seen) {
        PeerLink link = links.to(sender.node());
        if (link != null && sender.loop() < link.loops()) {
            seen.told = seen.position;
            links.tell(link, sender.loop(), new PeerMessage.Received(self.id(), loop, seen.position));
        }
    }

    /** Nodes that are no peers (any more) have no progress. */
    void review() {
        progress.keySet().removeIf(sender -> links.to(sender.node()) == null);
    }
}
