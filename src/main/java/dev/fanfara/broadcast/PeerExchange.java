package dev.fanfara.broadcast;

import dev.fanfara.bus.Addresses;
import dev.fanfara.bus.Forwarded;
import dev.fanfara.bus.NodeRef;
import dev.fanfara.bus.Nodes;
import dev.fanfara.bus.PeerMessage;
import dev.fanfara.bus.Roster;
import dev.fanfara.bus.Subscribe;
import dev.fanfara.config.PresenceMode;
import dev.fanfara.metrics.GatewayMetrics;
import dev.fanfara.protocol.RoomName;
import dev.fanfara.room.PresenceChange;
import dev.fanfara.room.RosterChange;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How the room services of the cluster keep each other informed, without a shared registry. Touched only by its
 * verticle's event loop.
 *
 * <p><b>Interest.</b> A node that gets the first member of a room tells every other node, and lets the member in when
 * all have confirmed. From then on each of them sends it a copy of what is published in that room. So a node pays only
 * for rooms it has members of, and a join after the first costs the cluster nothing.
 *
 * <p><b>Presence.</b> The confirmation brings the other node's members; later changes come as numbered deltas, to the
 * nodes that are interested. A missing number is answered by asking again for all.
 *
 * <p><b>Coming.</b> A new node asks every loop of every other node for its interests, and takes clients when all have
 * answered: whoever publishes here then reaches everybody. Being asked tells the others that it is there.
 *
 * <p><b>Going.</b> A node that says goodbye, or that the cluster lost, is forgotten with its interests and members.
 *
 * <p><b>Loss.</b> The bus loses what is on its way when a connection breaks. Every few seconds each loop sends each
 * other a digest of its interests and of the rosters it changed lately; what differs is asked for again.
 *
 * <p><b>Falling behind.</b> Publications wait for no node: {@link PeerLink} drops them for one that does not keep up, and
 * with them what grows with rooms and members; digests repair that. What is left is small, and bounded too: within {@code
 * Cluster}'s ping time the bus closes a connection that nobody reads, and what waited for it is gone.
 */
final class PeerExchange implements PeerMessage.Receiver {
    private static final Logger LOG = LoggerFactory.getLogger(PeerExchange.class);

    private static final long DIGEST_MS = 5_000;
    private static final long REVIEW_MS = 1_000;
    private static final long ASK_AGAIN_MS = 200;
    private static final int ASK_AT_MOST = 25;
    /** How many digests name a roster after it changed, so that losing one of them loses nothing. */
    private static final int REPEAT_IN_DIGESTS = 3;
    /** About what a room or a member takes on the way to another node. */
    private static final int ITEM_BYTES = 64;

    private final BroadcastVerticle service;
    private final NodeRef self;
    private final int loop;
    private final GatewayMetrics metrics;
    private final Interests interests;
    private final RoomSums hostedSums;
    private final PeerLinks links;
    private final Receipts receipts;

    /** The loops of other nodes that have said something; a node all of whose loops have is a full peer. */
    private final Map<String, Set<Integer>> heard = new HashMap<>();
    /** Rooms whose roster changed, and how many more digests name them. */
    private final Map<RoomName, Integer> changedRosters = new HashMap<>();

    private boolean leaving;

    PeerExchange(BroadcastVerticle service, Nodes nodes, int loop, GatewayMetrics metrics) {
        this.service = service;
        this.self = nodes.self();
        this.loop = loop;
        this.metrics = metrics;
        interests = new Interests(service.occupancy());
        hostedSums = new RoomSums(service.hostedNames());
        links = new PeerLinks(nodes, loop, metrics);
        receipts = new Receipts(links, self, loop);
    }

    Future<Void> start(Context on) {
        links.start(on);
        vertx().setPeriodic(DIGEST_MS, timer -> sendDigests());
        vertx().setPeriodic(REVIEW_MS, timer -> review());
        return Addresses.PEER
                .hear(vertx(), self.id(), loop, message -> message.dispatch(this))
                .compose(heard -> Addresses.SUBSCRIBE.serve(vertx(), self.id(), loop, this::onSubscribe));
    }

    private Vertx vertx() {
        return links.context().owner();
    }

    // Coming and going

    Future<Void> synchronize() {
        Promise<Void> done = Promise.promise();
        askForInterests(done, 1);
        return done.future();
    }

    private void askForInterests(Promise<Void> done, int attempt) {
        List<PeerLink> silent =
                links.all().stream().filter(peer -> !isFullPeer(peer)).toList();
        if (silent.isEmpty() || attempt > ASK_AT_MOST) {
            if (!silent.isEmpty()) {
                LOG.warn(
                        "nodes {} do not answer; digests will go on asking them",
                        silent.stream().map(PeerLink::id).toList());
            }
            done.complete();
            return;
        }
        silent.forEach(this::askForInterests);
        vertx().setTimer(ASK_AGAIN_MS, again -> askForInterests(done, attempt + 1));
    }

    private void askForInterests(PeerLink peer) {
        for (int theirs = 0; theirs < peer.loops(); theirs++) {
            tellInterests(peer, theirs, true);
        }
    }

    private boolean isFullPeer(PeerLink peer) {
        return heard.getOrDefault(peer.id(), Set.of()).size() >= peer.loops();
    }

    private void tellInterests(PeerLink peer, int theirs, boolean answer) {
        List<RoomName> rooms = roomsOf(peer, theirs);
        links.tellIfItKeepsUp(
                peer, theirs, new PeerMessage.Interests(self.id(), loop, rooms, answer), rooms.size() * ITEM_BYTES);
    }

    /** The rooms hosted here that the other node's loop is in charge of over there. */
    private List<RoomName> roomsOf(PeerLink peer, int theirs) {
        List<RoomName> names = new ArrayList<>();
        for (RoomName room : service.hostedNames()) {
            if (Addresses.loopOf(room, peer.loops()) == theirs) {
                names.add(room);
            }
        }
        return names;
    }

    @Override
    public void onInterests(PeerMessage.Interests theirs) {
        PeerLink peer = links.to(theirs.node());
        if (peer == null) {
            return;
        }
        if (heard.computeIfAbsent(theirs.node(), node -> new HashSet<>()).add(theirs.loop())) {
            // A subscription may have overtaken the first list (see Topic), so that one takes nothing away.
            theirs.rooms().forEach(room -> interests.add(theirs.node(), room));
        } else {
            List<RoomName> dropped = interests.replaceSome(
                    theirs.node(), theirs.rooms(), room -> Addresses.loopOf(room, peer.loops()) == theirs.loop());
            dropped.forEach(room -> forgetRoster(theirs.node(), room));
        }
        if (theirs.answer() && !leaving) {
            tellInterests(peer, theirs.loop(), false);
        }
        // Their members are news to us where the bus had lost the way to tell.
        theirs.rooms().forEach(room -> {
            HostedRoom hosted = service.hosted(room);
            if (hosted != null && !hosted.room.knows(theirs.node(), 0)) {
                askRoster(hosted, peer);
            }
        });
    }

    void forget(String node) {
        heard.remove(node);
        interests.drop(node);
    }

    void sayGoodbye() {
        leaving = true;
        for (PeerLink peer : links.all()) {
            for (int theirs = 0; theirs < peer.loops(); theirs++) {
                tell(peer, theirs, new PeerMessage.Goodbye(self.id()));
            }
        }
    }

    @Override
    public void onGoodbye(PeerMessage.Goodbye goodbye) {
        service.forget(goodbye.node());
    }

    // Interest

    /**
     * For a room that just opened. Completes when every peer has confirmed, or did not answer in time: then it is on its
     * way out. Never fails.
     */
    Future<Void> subscribe(HostedRoom hosted) {
        hostedSums.added(hosted.name);
        List<Future<?>> confirmations = new ArrayList<>();
        for (PeerLink peer : links.all()) {
            if (heard.containsKey(peer.id())) {
                Subscribe subscribe = new Subscribe(self.id(), hosted.name, true, hosted.room.version());
                confirmations.add(Addresses.SUBSCRIBE
                        .ask(vertx(), peer.id(), Addresses.loopOf(hosted.name, peer.loops()), subscribe)
                        .onSuccess(roster -> learn(hosted, roster))
                        .onFailure(failure -> LOG.info(
                                "node {} did not confirm the subscription to {}: {}",
                                peer.id(),
                                hosted.name,
                                failure.getMessage())));
            }
        }
        return confirmations.isEmpty()
                ? Future.succeededFuture()
                : Future.join(confirmations).<Void>mapEmpty().otherwiseEmpty();
    }

    private Future<Roster> onSubscribe(Subscribe subscribe) {
        interests.add(subscribe.node(), subscribe.room());
        HostedRoom hosted = service.hosted(subscribe.room());
        if (hosted == null) {
            return Future.succeededFuture(new Roster(self.id(), 0, 0, Map.of()));
        }
        if (subscribe.first()) {
            service.announce(hosted, hosted.room.learn(subscribe.node(), subscribe.version(), 0, Map.of()), null);
        }
        tellRosterChange(hosted);
        return Future.succeededFuture(new Roster(
                self.id(),
                hosted.room.version(),
                hosted.room.seenHere(),
                hosted.presence == PresenceMode.FULL ? hosted.room.localUsers() : Map.of()));
    }

    /** For rooms that just closed. */
    void unsubscribe(List<RoomName> rooms) {
        if (rooms.isEmpty()) {
            return;
        }
        rooms.forEach(hostedSums::removed);
        for (PeerLink peer : links.all()) {
            Map<Integer, List<RoomName>> byLoop = new HashMap<>();
            rooms.forEach(room -> byLoop.computeIfAbsent(Addresses.loopOf(room, peer.loops()), l -> new ArrayList<>())
                    .add(room));
            byLoop.forEach((theirs, theirRooms) -> links.tellIfItKeepsUp(
                    peer, theirs, new PeerMessage.Unsubscribe(self.id(), theirRooms), theirRooms.size() * ITEM_BYTES));
        }
    }

    @Override
    public void onUnsubscribe(PeerMessage.Unsubscribe unsubscribe) {
        for (RoomName room : unsubscribe.rooms()) {
            interests.remove(unsubscribe.node(), room);
            forgetRoster(unsubscribe.node(), room);
        }
    }

    private void forgetRoster(String node, RoomName room) {
        HostedRoom hosted = service.hosted(room);
        if (hosted != null) {
            service.announce(hosted, hosted.room.forget(node), null);
        }
    }

    void forward(Forwarded publication) {
        List<String> interested = interests.nodesOf(publication.room());
        if (!interested.isEmpty()) {
            links.forward(publication, interested);
        }
    }

    @Override
    public void onPublications(PeerMessage.Publications batch) {
        if (receipts.onPublications(batch)) {
            batch.publications().forEach(service::deliverForwarded);
        }
    }

    @Override
    public void onReceived(PeerMessage.Received received) {
        links.onReceived(received);
    }

    private void review() {
        links.review();
        receipts.review();
    }

    boolean isWantedElsewhere(RoomName room) {
        return !interests.nodesOf(room).isEmpty();
    }

    /** Of the nodes that have members of a room, the one with the lowest name counts it. */
    boolean isCountedHere(RoomName room) {
        return interests.nodesOf(room).stream().noneMatch(node -> node.compareTo(self.id()) < 0);
    }

    // Presence

    void tellRosterChange(HostedRoom hosted) {
        PresenceMode mode = hosted.presence;
        RosterChange change = hosted.room.takeUntold(mode == PresenceMode.FULL);
        if (change == null || mode == PresenceMode.NONE) {
            return;
        }
        List<String> interested = interests.nodesOf(hosted.name);
        if (interested.isEmpty()) {
            return;
        }
        changedRosters.put(hosted.name, REPEAT_IN_DIGESTS);
        PeerMessage delta = new PeerMessage.RosterDelta(
                self.id(), hosted.name, change.version(), change.count(), change.joined(), change.left());
        int bytes = (1 + change.joined().size() + change.left().size()) * ITEM_BYTES;
        for (String node : interested) {
            PeerLink peer = links.to(node);
            if (peer != null) {
                links.tellIfItKeepsUp(peer, Addresses.loopOf(hosted.name, peer.loops()), delta, bytes);
            }
        }
    }

    @Override
    public void onRosterDelta(PeerMessage.RosterDelta delta) {
        HostedRoom hosted = service.hosted(delta.room());
        PeerLink peer = links.to(delta.node());
        if (hosted == null || peer == null) {
            return;
        }
        List<PresenceChange> changes =
                hosted.room.learnChange(delta.node(), delta.version(), delta.count(), delta.joined(), delta.left());
        if (changes == null) {
            askRoster(hosted, peer);
        } else {
            service.announce(hosted, changes, null);
        }
    }

    /** Of every node with members; the answers are no news to members here, only to us. */
    void askRosters(HostedRoom hosted) {
        for (String node : interests.nodesOf(hosted.name)) {
            PeerLink peer = links.to(node);
            if (peer != null) {
                roster(hosted, peer).onSuccess(roster -> learnSilently(hosted, roster));
            }
        }
    }

    private void askRoster(HostedRoom hosted, PeerLink peer) {
        roster(hosted, peer)
                .onSuccess(roster -> learn(hosted, roster))
                .onFailure(failure -> LOG.debug("no roster of {} from {}", hosted.name, peer.id(), failure));
    }

    private Future<Roster> roster(HostedRoom hosted, PeerLink peer) {
        Subscribe again = new Subscribe(self.id(), hosted.name, false, hosted.room.version());
        return Addresses.SUBSCRIBE.ask(vertx(), peer.id(), Addresses.loopOf(hosted.name, peer.loops()), again);
    }

    /** An answer may come when its sender is gone already; learning it would leave its members here for ever. */
    private void learn(HostedRoom hosted, Roster roster) {
        service.announce(hosted, learnSilently(hosted, roster), null);
    }

    private List<PresenceChange> learnSilently(HostedRoom hosted, Roster roster) {
        if (roster.version() == 0) {
            return hosted.room.forget(roster.node());
        }
        return heard.containsKey(roster.node())
                ? hosted.room.learn(roster.node(), roster.version(), roster.count(), roster.members())
                : List.of();
    }

    // Loss

    void sendDigests() {
        if (leaving) {
            return;
        }
        Map<Integer, List<Map<RoomName, Long>>> rosters = new HashMap<>();
        for (PeerLink peer : links.all()) {
            List<Map<RoomName, Long>> byLoop = rosters.computeIfAbsent(peer.loops(), this::changedRostersByLoop);
            for (int theirs = 0; theirs < peer.loops(); theirs++) {
                RoomSums.Sum sum = hostedSums.part(peer.loops(), theirs);
                tell(
                        peer,
                        theirs,
                        new PeerMessage.Digest(self.id(), loop, sum.rooms(), sum.hash(), byLoop.get(theirs)));
            }
        }
        changedRosters.replaceAll((room, repeats) -> repeats - 1);
        changedRosters.values().removeIf(repeats -> repeats == 0);
    }

    /** Versions for each loop of a node that has so many. */
    private List<Map<RoomName, Long>> changedRostersByLoop(int loops) {
        List<Map<RoomName, Long>> byLoop = new ArrayList<>();
        for (int theirs = 0; theirs < loops; theirs++) {
            byLoop.add(new HashMap<>());
        }
        for (RoomName room : changedRosters.keySet()) {
            HostedRoom hosted = service.hosted(room);
            if (hosted != null) {
                byLoop.get(Addresses.loopOf(room, loops)).put(room, hosted.room.version());
            }
        }
        return byLoop;
    }

    @Override
    public void onDigest(PeerMessage.Digest digest) {
        PeerLink peer = links.to(digest.node());
        if (peer == null || leaving) {
            return;
        }
        RoomSums.Sum known = interests.sum(digest.node(), peer.loops(), digest.loop());
        boolean stranger = !heard.getOrDefault(digest.node(), Set.of()).contains(digest.loop());
        if (stranger || known.rooms() != digest.rooms() || known.hash() != digest.hash()) {
            if (!stranger) {
                LOG.info("interests of node {} differ from its digest; asking for them", digest.node());
                metrics.clusterRepaired();
            }
            tellInterests(peer, digest.loop(), true);
        }
        digest.rosters().forEach((room, version) -> {
            HostedRoom hosted = service.hosted(room);
            if (hosted != null && !hosted.opening && !hosted.room.knows(digest.node(), version)) {
                metrics.clusterRepaired();
                askRoster(hosted, peer);
            }
        });
    }

    private void tell(PeerLink peer, int theirs, PeerMessage message) {
        links.tell(peer, theirs, message);
    }
}
