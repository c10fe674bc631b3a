package dev.fanfara.broadcast;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfara.bus.Forwarded;
import dev.fanfara.protocol.Payload;
import dev.fanfara.protocol.RoomName;
import org.junit.jupiter.api.Test;

class PeerStreamTest {
    private final PeerStream stream = new PeerStream("address", 1_000_000);

    @Test
    void countsWhatIsGatheredUntilItIsAcknowledged() {
        assertThat(stream.unacknowledged()).isZero();

        stream.gather(publication(10_000));
        assertThat(stream.unacknowledged()).isBetween(10_000L, 12_000L);
        stream.take();
        assertThat(stream.unacknowledged()).isGreaterThan(10_000);

        stream.acknowledge(stream.position());
        assertThat(stream.unacknowledged()).isZero();
    }

    @Test
    void aMessageCostsMoreThanItsPublications() {
        stream.gather(publication(1));
        long first = stream.unacknowledged();
        stream.gather(publication(1));
        long second = stream.unacknowledged() - first;

        assertThat(first).isGreaterThan(1_000);
        assertThat(second).isLessThan(100);
    }

    @Test
    void anOldAcknowledgementTakesNothingBack() {
        stream.gather(publication(10_000));
        long middle = stream.position();
        stream.take();
        stream.gather(publication(10_000));
        stream.acknowledge(stream.position());

        stream.acknowledge(middle);
        stream.acknowledge(17);

        assertThat(stream.unacknowledged()).isZero();
    }

    @Test
    void anAcknowledgementOfMoreThanWasSentIsNone() {
        stream.gather(publication(10_000));
        long owed = stream.unacknowledged();

        stream.acknowledge(Long.MAX_VALUE);

        assertThat(stream.unacknowledged()).isEqualTo(owed);
    }

    private static Forwarded publication(int length) {
        return new Forwarded(new RoomName("room"), null, new Payload(Payload.Kind.DATA, new byte[length]), 0, null);
    }
}
