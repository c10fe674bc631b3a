package dev.fanfara.bench;

/** When who says something. Touched only by the first loop, where all publishers live. */
interface Publishing {
    /** Connects and joins, and is then silent. */
    Publishing NOTHING = new Publishing() {
        @Override
        public void start() {}

        @Override
        public void stop() {}
    };

    void start();

    /** Nothing is published from here on. */
    void stop();
}
