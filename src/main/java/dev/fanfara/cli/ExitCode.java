package dev.fanfara.cli;

/** How the program ends; scripts and service managers read these. */
public final class ExitCode {
    public static final int OK = 0;
    public static final int FAILURE = 1;
    public static final int USAGE = 2;
    /** {@code EX_CONFIG} of sysexits.h: starting again will not help. */
    public static final int BAD_CONFIGURATION = 78;

    private ExitCode() {}
}
