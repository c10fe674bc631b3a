package dev.fanfara.json;

/** A text that is not JSON: where, and what was expected there. Has no stack trace, since the fault is in the text. */
public final class BrokenJson extends Exception {
    private final int line;
    private final int column;
    private final String expected;

    BrokenJson(int line, int column, String expected) {
        super("line " + line + " column " + column + ": expected " + expected, null, false, false);
        this.line = line;
        this.column = column;
        this.expected = expected;
    }

    public int line() {
        return line;
    }

    public int column() {
        return column;
    }

    public String expected() {
        return expected;
    }
}
