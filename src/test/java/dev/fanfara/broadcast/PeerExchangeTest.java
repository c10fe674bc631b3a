package dev.fanfara.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.auth.ApiKeys;
import dev.fanfara.auth.TokenVerifier;
import dev.fanfara.bus.Addresses;
import dev.fanfara.bus.NodeRef;
import dev.fanfara.bus.Nodes;
import dev.fanfara.bus.PeerMessage;
import dev.fanfara.bus.PublishRequest;
import dev.fanfara.bus.Subscribe;
import dev.fanfara.config.ConfigSource;
import dev.fanfara.config.GatewayConfig;
import dev.fanfara.metrics.GatewayMetrics;
import dev.fanfara.protocol.Payload;
import dev.fanfara.protocol.RoomName;
import dev.fanfara.settings.LiveSettings;
import dev.fanfara.settings.Settings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One node's room service; the test plays the other node. */
class PeerExchangeTest {
    private static final String NODE = "node";
    private static final String PEER = "peer";
    private static final RoomName ROOM = new RoomName("room");

    private final BlockingQueue<PeerMessage.Forwarded> forwarded = new LinkedBlockingQueue<>();
    private Vertx vertx;

    @BeforeEach
    void start() {
        vertx = Vertx.vertx();
        Addresses.registerCodecs(vertx.eventBus());
        GatewayConfig config =
                new ConfigSource(null, Map.of(), List.of()).load().config();
        TokenVerifier tokens = await(TokenVerifier.create(vertx, config.auth(), null));
        LiveSettings settings = new LiveSettings(new Settings(config, "hash", tokens, new ApiKeys(List.of())));
        await(vertx.deployVerticle(new BroadcastVerticle(new Two(), 0, settings, GatewayMetrics.NONE)));
        await(Addresses.PEER.hear(vertx, PEER, 0, message -> {
            if (message instanceof PeerMessage.Forwarded publication) {
                forwarded.add(publication);
            }
        }));
    }

    private record Two() implements Nodes {
        @Override
        public NodeRef self() {
            return new NodeRef(NODE, 1);
        }

        @Override
        public List<NodeRef> peers() {
            return List.of(new NodeRef(PEER, 1));
        }
    }

    @AfterEach
    void stop() {
        await(vertx.close());
    }

    @Test
    void aSubscriptionThatOvertookTheFirstListOfRoomsStays() {
        subscribe();
        listRooms();

        publish("a");

        assertThat(nextForwarded()).isEqualTo("\"a\"");
    }

    @Test
    void aLaterListTakesAwayWhatItDoesNotName() {
        listRooms(ROOM);
        listRooms();
        publish("a");
        subscribe();
        publish("b");

        assertThat(nextForwarded()).isEqualTo("\"b\"");
    }

    private void subscribe() {
        await(Addresses.SUBSCRIBE.ask(vertx, NODE, 0, new Subscribe(PEER, ROOM, true, 1)));
    }

    private void listRooms(RoomName... rooms) {
        Addresses.PEER.tell(vertx, NODE, 0, new PeerMessage.Interests(PEER, 0, List.of(rooms), false));
    }

    private void publish(String text) {
        Payload payload = new Payload(Payload.Kind.TEXT, ('"' + text + '"').getBytes(StandardCharsets.UTF_8));
        await(Addresses.PUBLISH.ask(vertx, NODE, 0, new PublishRequest(ROOM, null, payload, null, System.nanoTime())));
    }

    private String nextForwarded() {
        try {
            PeerMessage.Forwarded publication = forwarded.poll(10, TimeUnit.SECONDS);
            if (publication == null) {
                throw new AssertionError("nothing was forwarded");
            }
            return new String(publication.payload().json(), StandardCharsets.UTF_8);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError(interrupted);
        }
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }
}
