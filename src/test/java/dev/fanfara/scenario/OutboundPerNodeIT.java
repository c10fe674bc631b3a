package dev.fanfara.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.testing.Eventually;
import dev.fanfara.testing.GatewayProcess;
import dev.fanfara.testing.RawSocket;
import dev.fanfara.testing.TestClient;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Many slow clients, none of which is slow enough for a limit of its own. */
class OutboundPerNodeIT {
    private static final int READERS = 80;
    private static final int STALLED = 20;
    private static final long LIMIT = 4 * 1024 * 1024;
    private static final int PUBLICATION = 16 * 1024;
    /** The system's own buffers take some of it for each. */
    private static final int MOST_PUBLICATIONS = 1_500;

    private static final String LAST = "\"i\":-1,";

    @Test
    void slowClientsAreClosedBeforeTheyTakeMoreThanTheNodeMayHoldAndTheOthersHearEverything() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(READERS);
        List<RawSocket> sockets = new ArrayList<>();
        try (GatewayProcess gateway = GatewayProcess.start(
                        "--no-demo",
                        "--set",
                        "limits.outboundPerNode=4MiB",
                        "--set",
                        "connections.outboundBudget=1GiB",
                        "--set",
                        "limits.messages=1000000/1m");
                TestClient publisher = TestClient.connect(gateway)) {
            publisher.joins("room");
            List<RawSocket> stalled = new ArrayList<>();
            for (int i = 0; i < STALLED; i++) {
                stalled.add(joined(RawSocket.upgradedWithSmallBuffer(gateway.port(), "/ws")));
            }
            sockets.addAll(stalled);
            List<AtomicInteger> heard = new ArrayList<>();
            List<Future<?>> readers = new ArrayList<>();
            for (int i = 0; i < READERS; i++) {
                RawSocket socket = joined(RawSocket.upgraded(gateway.port(), "/ws"));
                sockets.add(socket);
                AtomicInteger count = new AtomicInteger();
                heard.add(count);
                readers.add(threads.submit(() -> hearsAllInOrder(socket, count)));
            }

            int said = 0;
            double mostWaiting = 0;
            while (closedAsSlow(gateway) < STALLED && said < MOST_PUBLICATIONS) {
                say(publisher, said++);
                mostWaiting = Math.max(mostWaiting, gateway.metric("fanfara_outbound_bytes"));
                // Who reads must not be mistaken for slow because this machine is.
                int mustHave = said - 8;
                Eventually.holds(() -> assertThat(heard).allMatch(count -> count.get() >= mustHave));
            }
            say(publisher, -1);

            for (Future<?> reader : readers) {
                reader.get(30, TimeUnit.SECONDS);
            }
            assertThat(heard).extracting(AtomicInteger::get).containsOnly(said);
            assertThat(closedAsSlow(gateway)).isEqualTo(STALLED);
            assertThat(gateway.metric("fanfara_connections_closed_total{code=\"4002\"}"))
                    .isEqualTo(STALLED);
            assertThat(gateway.metric("fanfara_connections{transport=\"websocket\"}"))
                    .isEqualTo(READERS + 1);
            // One loop may hold it all while the other fills its share, until the next tick.
            assertThat(mostWaiting).isBetween(LIMIT / 2.0, LIMIT * 1.5);
            Eventually.holds(
                    () -> assertThat(gateway.metric("fanfara_outbound_bytes")).isZero());
            stalled.forEach(RawSocket::awaitEnd);
        } finally {
            sockets.forEach(RawSocket::close);
            threads.shutdownNow();
        }
    }

    private static RawSocket joined(RawSocket socket) {
        socket.says("{'type':'join','room':'room'}").readUntil(RawSocket.TEXT);
        assertThat(socket.readUntil(RawSocket.TEXT).text()).contains("\"joined\"");
        return socket;
    }

    private static double closedAsSlow(GatewayProcess gateway) {
        return gateway.metric("fanfara_slow_consumers_total");
    }

    private static void say(TestClient publisher, int number) {
        publisher.says("{'type':'message','data':{'i':" + number + ",'x':'" + "x".repeat(PUBLICATION) + "'},'id':1}");
        publisher.hears("ack");
    }

    private static void hearsAllInOrder(RawSocket socket, AtomicInteger heard) {
        while (true) {
            String message = socket.readUntil(RawSocket.TEXT).text();
            if (message.contains(LAST)) {
                return;
            }
            if (message.contains("\"x\":")) {
                assertThat(message).contains("\"i\":" + heard.get() + ",");
                heard.incrementAndGet();
            }
        }
    }
}
