package dev.fanfara.cluster;

/** One sentence for the operator who must act. Carries no stack trace: nothing in the code is wrong. */
public final class ClusterException extends RuntimeException {

    ClusterException(String sentence) {
        super(sentence, null, false, false);
    }
}
