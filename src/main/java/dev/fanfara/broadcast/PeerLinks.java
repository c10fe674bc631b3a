package dev.fanfara.broadcast;

import dev.fanfara.bus.Addresses;
import dev.fanfara.bus.Forwarded;
import dev.fanfara.bus.NodeRef;
import dev.fanfara.bus.Nodes;
import dev.fanfara.bus.PeerMessage;
import dev.fanfara.metrics.GatewayMetrics;
import io.vertx.core.Context;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything one loop sends to the loops of other nodes, in order. Touched only by the room service's event loop.
 *
 * <p>A message on the bus costs each end several times what a small publication does. So what is taken while the loop is
 * busy is gathered, and leaves as one message per receiving loop at the end of the turn: when nothing queues nothing
 * waits, and under load a hundred publications travel together.
 */
final class PeerLinks {
    private final Nodes nodes;
    private final NodeRef self;
    private final int loop;
    private final GatewayMetrics metrics;

    /** As of {@link #known}. */
    private final Map<String, PeerLink> links = new HashMap<>();

    private List<NodeRef> known = List.of();
    private List<PeerStream> gathering = new ArrayList<>();
    private boolean turnWillEnd;
    /** No stream has come further. */
    private long highestPosition;

    private @Nullable Context context;

    PeerLinks(Nodes nodes, int loop, GatewayMetrics metrics) {
        this.nodes = nodes;
        this.self = nodes.self();
        this.loop = loop;
        this.metrics = metrics;
    }

    void start(Context on) {
        context = on;
    }

    Context context() {
        if (context == null) {
            throw new IllegalStateException("not started");
        }
        return context;
    }

    Collection<PeerLink> all() {
        follow(nodes.peers());
        return links.values();
    }

    /** Null if the node is no peer. */
    @Nullable
    PeerLink to(String node) {
        follow(nodes.peers());
        return links.get(node);
    }

    private void follow(List<NodeRef> present) {
        if (present == known) {
            return;
        }
        known = present;
        Map<String, PeerLink> before = new HashMap<>(links);
        links.clear();
        for (NodeRef node : present) {
            PeerLink link = before.remove(node.id());
            links.put(node.id(), link != null ? link : new PeerLink(node, self.loops(), highestPosition));
        }
        before.values().forEach(PeerLink::close);
        reportUnacknowledged();
    }

    /** A copy for each of the nodes, but those that are too far behind. */
    void forward(Forwarded publication, List<String> to) {
        for (String node : to) {
            PeerLink link = to(node);
            if (link != null) {
                if (link.hasCredit()) {
                    forward(publication, link);
                } else {
                    metrics.peerDropped();
                }
            }
        }
    }

    private void forward(Forwarded publication, PeerLink link) {
        int theirs = Addresses.loopOf(publication.room(), link.loops());
        PeerStream stream = link.stream(theirs);
        if (stream.isEmpty()) {
            gathering.add(stream);
            endTurnLater();
        }
        if (link.gather(theirs, publication)) {
            // It stays in the list; sending nothing costs nothing.
            send(stream);
        }
    }

    /** Behind all that was forwarded before. */
    void tell(PeerLink link, int theirs, PeerMessage message) {
        PeerStream stream = link.stream(theirs);
        send(stream);
        send(stream, message);
    }

    /** The same for a message of so many bytes, which later ones make good: not to a node that is too far behind. */
    void tellIfItKeepsUp(PeerLink link, int theirs, PeerMessage message, int bytes) {
        if (link.hasCredit()) {
            tell(link, theirs, message);
            if (bytes > 0) {
                link.count(theirs, bytes);
                reportUnacknowledged();
            }
        } else {
            metrics.peerDropped();
        }
    }

    private void send(PeerStream stream) {
        if (!stream.isEmpty()) {
            sendWithPosition(stream, stream.take());
        }
    }

    private void sendWithPosition(PeerStream stream, List<Forwarded> publications) {
        highestPosition = Math.max(highestPosition, stream.position());
        send(stream, new PeerMessage.Publications(self.id(), loop, stream.position(), publications));
    }

    private void send(PeerStream stream, PeerMessage message) {
        Addresses.PEER.tell(context().owner(), stream.address, message);
    }

    /** Runs behind what is queued on this loop by now, so all of that is gathered first. */
    private void endTurnLater() {
        if (!turnWillEnd) {
            turnWillEnd = true;
            context().runOnContext(turn -> endTurn());
        }
    }

    private void endTurn() {
        turnWillEnd = false;
        List<PeerStream> gathered = gathering;
        gathering = new ArrayList<>();
        gathered.forEach(this::send);
        reportUnacknowledged();
    }

    void onReceived(PeerMessage.Received received) {
        PeerLink link = to(received.node());
        if (link != null) {
            link.acknowledge(received.loop(), received.position());
            reportUnacknowledged();
        }
    }

    /**
     * Now and then: asks again for acknowledgements that are missing. They may be on their way, or lost; a node without
     * credit gets nothing else that it would acknowledge.
     */
    void review() {
        for (PeerLink link : all()) {
            for (int theirs = 0; theirs < link.loops(); theirs++) {
                PeerStream stream = link.stream(theirs);
                if (stream.unacknowledged() > 0) {
                    sendWithPosition(stream, stream.take());
                }
            }
            link.review();
        }
    }

    private void reportUnacknowledged() {
        long sum = 0;
        for (PeerLink link : links.values()) {
            sum += link.unacknowledged();
        }
        metrics.peerUnacknowledged(loop, sum);
    }
}
