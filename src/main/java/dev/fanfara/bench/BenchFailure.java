package dev.fanfara.bench;

/** Why a load test could not be run, in a sentence for the one who started it. */
public final class BenchFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    BenchFailure(String message) {
        super(message, null, false, false);
    }
}
