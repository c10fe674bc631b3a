package dev.fanfara.chaos;

import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Something that goes wrong, by its name; it is over when {@link Act#strike} returns. Immutable. */
record Fault(String name, Act act) {
    interface Act {
        void strike(Nodes nodes, Crowd crowd, Random random);
    }

    static final Fault NONE = new Fault("nothing", (nodes, crowd, random) -> {});

    /** A node dies and another takes its place. */
    static final Fault KILL = new Fault("kill -9", (nodes, crowd, random) -> killAndStart(nodes, random.nextInt(3)));

    static final Fault KILL_AGAIN = new Fault("kill -9, another when the first is back", (nodes, crowd, random) -> {
        int first = random.nextInt(Nodes.SIZE);
        killAndStart(nodes, first);
        pause(5000);
        killAndStart(nodes, (first + 1) % Nodes.SIZE);
    });

    static final Fault KILL_TWO = new Fault("kill -9 of two at once", (nodes, crowd, random) -> {
        int survivor = random.nextInt(Nodes.SIZE);
        int first = (survivor + 1) % Nodes.SIZE;
        int second = (survivor + 2) % Nodes.SIZE;
        nodes.kill(first);
        nodes.kill(second);
        nodes.start(first);
        nodes.start(second);
    });

    private static void killAndStart(Nodes nodes, int node) {
        nodes.kill(node);
        nodes.start(node);
    }

    static Fault rollingRestart(int exitSeconds) {
        return new Fault("rolling restart", (nodes, crowd, random) -> {
            for (int node = 0; node < Nodes.SIZE; node++) {
                Integer code = nodes.stop(node, exitSeconds);
                if (!Objects.equals(code, 0) && !Objects.equals(code, 143)) {
                    throw new AssertionError("node " + node + " ended with " + code + " on SIGTERM:\n"
                            + nodes.get(node).output());
                }
                nodes.start(node);
            }
        });
    }

    static Fault freeze(int seconds) {
        return new Fault(
                "freeze of " + seconds + " s",
                (nodes, crowd, random) -> nodes.freeze(random.nextInt(Nodes.SIZE), seconds * 1000L));
    }

    /** Of the link between the nodes only: clients reach both sides. */
    static Fault partition(Network network, int seconds) {
        return new Fault("partition of " + seconds + " s", (nodes, crowd, random) -> {
            int alone = random.nextInt(Nodes.SIZE);
            network.cutOff(alone);
            try {
                pause(seconds * 1000L);
            } finally {
                network.reconnect(alone);
            }
        });
    }

    static Fault oneWayPartition(Network network, int seconds) {
        return new Fault("one-way partition of " + seconds + " s", (nodes, crowd, random) -> {
            int from = random.nextInt(Nodes.SIZE);
            int to = (from + 1) % Nodes.SIZE;
            network.silence(from, to);
            try {
                pause(seconds * 1000L);
            } finally {
                network.hear(from, to);
            }
        });
    }

    static Fault flappingLink(Network network, int times) {
        return new Fault("flapping link, " + times + " × 5 s", (nodes, crowd, random) -> {
            int alone = random.nextInt(Nodes.SIZE);
            for (int i = 0; i < times; i++) {
                network.cutOff(alone);
                try {
                    pause(5000);
                } finally {
                    network.reconnect(alone);
                }
                pause(5000);
            }
        });
    }

    static Fault flappingMember(int times) {
        return new Fault("flapping member, " + times + " ×", (nodes, crowd, random) -> {
            for (int i = 0; i < times; i++) {
                long begin = System.nanoTime();
                killAndStart(nodes, Nodes.SIZE - 1);
                pause(8000 - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin));
            }
        });
    }

    /** Nothing but members who come and go, 20 % of them every ten seconds. */
    static Fault churn(long minutes) {
        return new Fault("soak of " + minutes + " min with churn", (nodes, crowd, random) -> {
            long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(minutes);
            while (System.nanoTime() < end) {
                crowd.churn(0.2);
                pause(10_000);
            }
        });
    }

    static void pause(long ms) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ms);
        for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}
