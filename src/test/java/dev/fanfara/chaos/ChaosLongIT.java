package dev.fanfara.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

/**
 * Every fault at full load, held against the figures of issue 5; {@code target/chaos-report.html} has them all. {@code
 * -Dfanfara.seed=…} draws the same again, {@code -Dfanfara.minutes=…} is the length of the soak.
 */
@Tag("long")
class ChaosLongIT {
    private static final long SEED =
            Long.getLong("fanfara.seed", ThreadLocalRandom.current().nextInt(1_000_000));
    private static final long SOAK_MINUTES = Long.getLong("fanfara.minutes", 10);
    private static final int DRAIN_SECONDS = 5;
    /** Beneath it a baseline is noise. */
    private static final long LEAST_BASELINE_MS = 10;

    private static final Set<Breach> ANNOUNCED = EnumSet.of(Breach.ACKED_THEN_LOST_WITH_NEW_EPOCH);

    private static final Report REPORT = new Report();
    private static @Nullable Network network;
    private Nodes nodes;

    @BeforeAll
    static void makeNetwork() {
        Optional<Network> own = Network.make(Nodes.SIZE);
        network = own.orElse(null);
    }

    @AfterAll
    static void removeNetwork() {
        if (network != null) {
            network.close();
        }
    }

    @BeforeEach
    void start() {
        nodes = new Nodes(network, DRAIN_SECONDS);
    }

    @AfterEach
    void stop() {
        nodes.close();
    }

    private Experiment.Result suffer(Fault fault) {
        return new Experiment(nodes, Load.FULL, Experiment.Pace.FULL, SEED, Seam.HONEST).suffer(fault);
    }

    private Network cuttable(String fault) {
        Network own = network;
        if (own == null) {
            REPORT.skipped(fault, "network namespaces need root and 'ip'");
            throw new TestAbortedException("no " + fault + " here: network namespaces need root and 'ip'");
        }
        return own;
    }

    private static List<Bound> nothingWrong(Experiment.Result result, Set<Breach> but) {
        List<Bound> bounds = new ArrayList<>();
        for (Breach breach : Breach.values()) {
            if (!but.contains(breach)) {
                bounds.add(Bound.atMost(breach.toString(), result.verdict().count(breach), 0));
            }
        }
        return bounds;
    }

    private static List<Bound> announcedLossOnly(Experiment.Result result) {
        List<Bound> bounds = nothingWrong(result, ANNOUNCED);
        bounds.add(Bound.atMost(
                "acked, then lost with an announced epoch",
                result.verdict().count(Breach.ACKED_THEN_LOST_WITH_NEW_EPOCH),
                result.figures().acked / 1000));
        bounds.add(Bound.atMost("healed after, ms", result.crossNode(), 30_000));
        bounds.add(Bound.atMost("members at their rooms' places after, ms", result.settled(), 30_000));
        return bounds;
    }

    private void report(Experiment.Result result, List<Bound> bounds) {
        REPORT.add(result, bounds);
        System.out.println(result);
        bounds.forEach(System.out::println);
        assertThat(bounds).allMatch(Bound::holds);
    }

    private static void addAvailability(Experiment.Result result, List<Bound> bounds) {
        bounds.add(Bound.atMost(
                "publish gap of the room that waited longest, ms", result.figures().publishGapOfARoom, 5000));
        bounds.add(Bound.atMost("members back, p99 ms", Figures.percentile(result.figures().back, 99), 10_000));
        bounds.add(Bound.atMost("presence true after, ms", result.presence(), 10_000));
    }

    @Test
    void kill() {
        Experiment.Result result = suffer(Fault.KILL_AGAIN);

        List<Bound> bounds = nothingWrong(result, Set.of());
        addAvailability(result, bounds);
        report(result, bounds);
    }

    @Test
    void killOfTwo() {
        Experiment.Result result = suffer(Fault.KILL_TWO);

        List<Bound> bounds = nothingWrong(result, ANNOUNCED);
        bounds.add(Bound.atMost("healed after, ms", result.crossNode(), 30_000));
        report(result, bounds);
    }

    @Test
    void rollingRestart() {
        Experiment.Result result = suffer(Fault.rollingRestart(DRAIN_SECONDS + 15));

        List<Bound> bounds = nothingWrong(result, Set.of());
        bounds.add(Bound.atMost(
                "closes without a word (1006)", result.figures().closes.getOrDefault(1006, 0), 0));
        bounds.add(Bound.atMost(
                "delivery p99, ms",
                result.figures().latencyAfter,
                5 * Math.max(LEAST_BASELINE_MS, result.figures().latencyBefore)));
        bounds.add(Bound.atMost("publications given up", result.givenUp(), 0));
        report(result, bounds);
    }

    @Test
    void freeze() {
        Experiment.Result result = suffer(Fault.freeze(9));

        report(result, announcedLossOnly(result));
    }

    @Test
    void partition() {
        sufferCut("partition", own -> Fault.partition(own, 20));
    }

    @Test
    void oneWayPartition() {
        sufferCut("one-way partition", own -> Fault.oneWayPartition(own, 20));
    }

    @Test
    void flappingLink() {
        sufferCut("flapping link", own -> Fault.flappingLink(own, 10));
    }

    private void sufferCut(String name, Function<Network, Fault> fault) {
        Experiment.Result result = suffer(fault.apply(cuttable(name)));

        report(result, announcedLossOnly(result));
    }

    @Test
    void flappingMember() {
        Vitals before = Vitals.of(nodes.get(0));

        Experiment.Result result = suffer(Fault.flappingMember(10));

        List<Bound> bounds = nothingWrong(result, ANNOUNCED);
        bounds.add(Bound.atMost("cross-node delivery complete after, ms", result.crossNode(), 30_000));
        addFlat(bounds, before);
        report(result, bounds);
    }

    @Test
    void soak() {
        suffer(Fault.NONE); // what is loaded and grown once is there from here on
        Vitals before = Vitals.of(nodes.get(0));

        Experiment.Result result = suffer(Fault.churn(SOAK_MINUTES));

        List<Bound> bounds = nothingWrong(result, Set.of());
        addFlat(bounds, before);
        report(result, bounds);
    }

    /** Of the rooms' histories so much more may be there; of the rest nothing. */
    private void addFlat(List<Bound> bounds, Vitals before) {
        Vitals after = Vitals.of(nodes.get(0));
        long histories = Load.FULL.rooms() * 2000L * 1024;
        bounds.add(Bound.atMost("heap after a collection, bytes", after.heap(), before.heap() * 11 / 10 + histories));
        bounds.add(Bound.atMost("threads", after.threads(), before.threads() + 10));
        bounds.add(Bound.atMost("descriptors", after.descriptors(), before.descriptors() + 20));
    }
}
