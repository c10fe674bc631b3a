package dev.fanfara.log;

import static dev.fanfara.room.Batches.LOG;
import static dev.fanfara.room.Batches.said;
import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.spi.merge.MergingValue;
import dev.fanfara.room.Batches;
import dev.fanfara.room.RoomLog;
import dev.fanfara.room.Slice;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** One room, two sides, who agree up to "before". */
class MergePolicyTest {
    private static final boolean ONE_SIDE = true;
    private static final boolean BOTH = false;

    private final Batches smallerSide = new Batches("n1", LOG);
    private final Batches largerSide = new Batches("n2", LOG);

    @Test
    void whatTheSmallerSideTookAndNobodyWasToldIsDropped() {
        Slice merged = merge(ONE_SIDE, log("never confirmed", 1), log("acknowledged", 2));

        assertThat(merged.epoch()).isEqualTo(5);
        assertThat(said(merged.entries())).containsExactly("before", "acknowledged");
    }

    @Test
    void whereBothSidesMayHaveGoneOnANewEpochBegins() {
        Slice merged = merge(BOTH, log("acknowledged here", 1), log("acknowledged there", 2));

        assertThat(merged.epoch()).isNotEqualTo(5);
    }

    @Test
    void whereOneSideContinuesTheOtherItsEpochGoesOn() {
        for (boolean oneSide : new boolean[] {ONE_SIDE, BOTH}) {
            Slice merged = merge(oneSide, log("more", 1), log(null, 2));

            assertThat(merged.epoch()).isEqualTo(5);
            assertThat(said(merged.entries())).containsExactly("before", "more");
        }
    }

    @Test
    void whatTheLargerSideDoesNotHaveBeginsAnEpoch() {
        assertThat(merge(ONE_SIDE, log("here", 1), null).epoch()).isNotEqualTo(5);
    }

    private RoomLog log(@Nullable String further, long at) {
        RoomLog log = RoomLog.begin(5, LOG);
        log.append(new Batches("n3", LOG).texts("before"), 1);
        if (further != null) {
            log.append((at == 1 ? smallerSide : largerSide).texts(further), at);
        }
        return log;
    }

    private static Slice merge(boolean oneSideOnly, RoomLog smaller, @Nullable RoomLog larger) {
        Fence fence = new Fence(
                new Standing() {
                    @Override
                    public boolean isEnough(int members) {
                        return true;
                    }

                    @Override
                    public boolean isConfirmed() {
                        return true;
                    }

                    @Override
                    public boolean isOneSideOnly() {
                        return oneSideOnly;
                    }
                },
                true);
        MergePolicy policy = new MergePolicy();
        policy.mergesAt(fence);
        return policy.merge(new Side(smaller), larger == null ? null : new Side(larger))
                .log()
                .slice(3);
    }

    private record Side(RoomLog log) implements MergingValue<StoredLog> {
        @Override
        public StoredLog getDeserializedValue() {
            return new StoredLog(log);
        }

        @Override
        public Object getRawValue() {
            return getDeserializedValue();
        }
    }
}
