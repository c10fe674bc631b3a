package dev.fanfara.log;

/** What a node knows of its place among the others. Asked by any thread, at each question to a room, so it must be cheap. */
public interface Standing {
    /** For a node that may always go on, whoever else is there. */
    Standing ALWAYS = new Standing() {
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
            return false;
        }
    };

    /** Whether so many members, this node included, may go on without the others. */
    boolean isEnough(int members);

    /** Whether so many see this node as a member, as of a moment ago. */
    boolean isConfirmed();

    /** Whether of a split cluster never more than one side is enough. */
    boolean isOneSideOnly();
}
