package dev.fanfara.http;

import io.netty.util.ByteProcessor;

/**
 * Finds a header that goes on in the next line (obs-fold) in the bytes of a request's head. RFC 9112 section 5.2 lets us
 * refuse it; Netty joins the lines, and a proxy in front may have read two headers. Used once per head.
 */
final class FoldedLines implements ByteProcessor {
    private byte before;
    private boolean begun;
    private boolean ended;
    private boolean found;

    /** True while there is more of the head to look at. */
    boolean goesOn() {
        return !ended && !found;
    }

    boolean found() {
        return found;
    }

    @Override
    public boolean process(byte octet) {
        if (before == '\n' && begun) {
            found = octet == ' ' || octet == '\t';
            ended = octet == '\r' || octet == '\n';
        }
        // Empty lines in front of a request are skipped, as the decoder does.
        begun |= octet > ' ';
        before = octet;
        return goesOn();
    }
}
