package dev.fanfara.connection;

import dev.fanfara.memory.Intake;
import java.util.ArrayDeque;
import java.util.Deque;

/** Commands of one client that came while the backend is asked about an earlier one, in their order. Event loop only. */
final class Parked {
    static final int MAX_BYTES = 256 * 1024;

    /** What a command costs beside its text. */
    private static final int OVERHEAD = 256;

    private record Command(int weight, Runnable work) {}

    private final Intake intake;
    private final Deque<Command> commands = new ArrayDeque<>();
    private int bytes;
    private boolean waiting;
    private boolean goingOn;

    Parked(Intake intake) {
        this.intake = intake;
    }

    /** The backend is being asked. */
    void await() {
        waiting = true;
    }

    boolean isWaiting() {
        return waiting || !commands.isEmpty();
    }

    /** False if too much waits, here or on this node. */
    boolean add(int length, Runnable work) {
        int weight = length + OVERHEAD;
        if (bytes + weight > MAX_BYTES || !intake.tryTake(weight)) {
            return false;
        }
        bytes += weight;
        commands.add(new Command(weight, work));
        return true;
    }

    /** The backend has answered. Ends when it is asked again, or nothing waits; {@code done} follows each command. */
    void goOn(Runnable done) {
        waiting = false;
        if (goingOn) {
            return;
        }
        goingOn = true;
        try {
            while (!waiting && !commands.isEmpty()) {
                take().work().run();
                done.run();
            }
        } finally {
            goingOn = false;
        }
    }

    void clear() {
        while (!commands.isEmpty()) {
            take();
        }
    }

    private Command take() {
        Command next = commands.remove();
        bytes -= next.weight();
        intake.giveBack(next.weight());
        return next;
    }
}
