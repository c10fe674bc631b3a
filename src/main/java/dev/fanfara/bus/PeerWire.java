package dev.fanfara.bus;

import dev.fanfara.protocol.ConnectionId;
import dev.fanfara.protocol.Payload;
import dev.fanfara.protocol.RoomName;
import io.vertx.core.buffer.Buffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@link PeerMessage}s as bytes: one octet for the kind, then the components in order. */
final class PeerWire implements PeerMessage.Receiver {
    private static final int PUBLICATIONS = 1;
    private static final int UNSUBSCRIBE = 2;
    private static final int ROSTER_DELTA = 3;
    private static final int INTERESTS = 4;
    private static final int DIGEST = 5;
    private static final int GOODBYE = 6;
    private static final int RECEIVED = 7;

    /** What room, user and numbers take, usually. */
    private static final int FORWARDED_OVERHEAD = 128;

    private final WireWriter out;

    private PeerWire(WireWriter out) {
        this.out = out;
    }

    static void write(WireWriter out, PeerMessage message) {
        message.dispatch(new PeerWire(out));
    }

    static PeerMessage read(WireReader in) {
        int kind = in.octet();
        return switch (kind) {
            case PUBLICATIONS ->
                new PeerMessage.Publications(in.text(), in.integer(), in.number(), in.list(PeerWire::forwarded));
            case UNSUBSCRIBE -> new PeerMessage.Unsubscribe(in.text(), in.list(PeerWire::room));
            case ROSTER_DELTA ->
                new PeerMessage.RosterDelta(
                        in.text(), room(in), in.number(), in.integer(), users(in), in.list(PeerWire::connection));
            case INTERESTS -> new PeerMessage.Interests(in.text(), in.integer(), in.list(PeerWire::room), in.flag());
            case DIGEST -> new PeerMessage.Digest(in.text(), in.integer(), in.integer(), in.number(), versions(in));
            case GOODBYE -> new PeerMessage.Goodbye(in.text());
            case RECEIVED -> new PeerMessage.Received(in.text(), in.integer(), in.number());
            default -> throw new IllegalArgumentException("peer message of unknown kind " + kind);
        };
    }

    @Override
    public void onPublications(PeerMessage.Publications batch) {
        out.octet(PUBLICATIONS)
                .text(batch.node())
                .integer(batch.loop())
                .number(batch.position())
                .list(batch.publications(), (to, each) -> to.raw(each.wire()));
    }

    @Override
    public void onReceived(PeerMessage.Received received) {
        out.octet(RECEIVED).text(received.node()).integer(received.loop()).number(received.position());
    }

    @Override
    public void onUnsubscribe(PeerMessage.Unsubscribe unsubscribe) {
        out.octet(UNSUBSCRIBE).text(unsubscribe.node()).list(unsubscribe.rooms(), PeerWire::room);
    }

    @Override
    public void onRosterDelta(PeerMessage.RosterDelta delta) {
        out.octet(ROSTER_DELTA)
                .text(delta.node())
                .text(delta.room().value())
                .number(delta.version())
                .integer(delta.count());
        users(out, delta.joined());
        out.list(delta.left(), (to, connection) -> to.text(connection.value()));
    }

    @Override
    public void onInterests(PeerMessage.Interests interests) {
        out.octet(INTERESTS)
                .text(interests.node())
                .integer(interests.loop())
                .list(interests.rooms(), PeerWire::room)
                .flag(interests.answer());
    }

    @Override
    public void onDigest(PeerMessage.Digest digest) {
        out.octet(DIGEST)
                .text(digest.node())
                .integer(digest.loop())
                .integer(digest.rooms())
                .number(digest.hash())
                .list(
                        digest.rosters().entrySet(),
                        (to, entry) -> to.text(entry.getKey().value()).number(entry.getValue()));
    }

    @Override
    public void onGoodbye(PeerMessage.Goodbye goodbye) {
        out.octet(GOODBYE).text(goodbye.node());
    }

    /** One publication of a batch. */
    static byte[] bytes(Forwarded publication) {
        Buffer bytes = Buffer.buffer(FORWARDED_OVERHEAD + publication.payload().json().length);
        WireWriter out = new WireWriter(bytes);
        room(out, publication.room());
        out.optionalText(publication.user());
        payload(out, publication.payload());
        out.number(publication.timestamp());
        Place place = publication.place();
        out.flag(place != null);
        if (place != null) {
            out.number(place.epoch()).number(place.offset()).number(place.chain());
        }
        return bytes.getBytes();
    }

    private static Forwarded forwarded(WireReader in) {
        return new Forwarded(room(in), in.optionalText(), payload(in), in.number(), place(in));
    }

    private static @Nullable Place place(WireReader in) {
        return in.flag() ? new Place(in.number(), in.number(), in.number()) : null;
    }

    static void room(WireWriter out, RoomName room) {
        out.text(room.value());
    }

    static RoomName room(WireReader in) {
        return RoomName.of(in.text());
    }

    static ConnectionId connection(WireReader in) {
        return new ConnectionId(in.text());
    }

    static @Nullable ConnectionId optionalConnection(WireReader in) {
        String id = in.optionalText();
        return id == null ? null : new ConnectionId(id);
    }

    static void payload(WireWriter out, Payload payload) {
        out.octet(payload.kind().ordinal()).bytes(payload.json());
    }

    static Payload payload(WireReader in) {
        return new Payload(Payload.Kind.values()[in.octet()], in.bytes());
    }

    static void users(WireWriter out, Map<ConnectionId, String> users) {
        out.list(
                users.entrySet(), (to, entry) -> to.text(entry.getKey().value()).text(entry.getValue()));
    }

    static Map<ConnectionId, String> users(WireReader in) {
        Map<ConnectionId, String> users = new HashMap<>();
        List<Map.Entry<ConnectionId, String>> entries = in.list(each -> Map.entry(connection(each), each.text()));
        entries.forEach(entry -> users.put(entry.getKey(), entry.getValue()));
        return users;
    }

    private static Map<RoomName, Long> versions(WireReader in) {
        Map<RoomName, Long> versions = new HashMap<>();
        List<Map.Entry<RoomName, Long>> entries = in.list(each -> Map.entry(room(each), each.number()));
        entries.forEach(entry -> versions.put(entry.getKey(), entry.getValue()));
        return versions;
    }
}
