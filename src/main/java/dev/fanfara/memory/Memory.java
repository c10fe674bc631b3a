package dev.fanfara.memory;

/** What all loops of a node share to keep its memory bounded. Any thread. */
public record Memory(Heap heap, Intake intake) {
    /** On their way each publication exists in several forms, and the rooms, members and connections need most. */
    private static final int INTAKE_SHARE = 16;

    public static Memory ofThisProcess() {
        return new Memory(new Heap(), new Intake(Runtime.getRuntime().maxMemory() / INTAKE_SHARE));
    }
}
