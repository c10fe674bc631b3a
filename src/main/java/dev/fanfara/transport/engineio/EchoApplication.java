package dev.fanfara.transport.engineio;

import dev.fanfara.protocol.CloseReason;
import io.netty.buffer.ByteBuf;

/** Sends back what came, text as text and binary as binary, for the protocol's own test suite. */
public final class EchoApplication implements EngineApplication {
    /** What may wait for a client that sends and does not read. */
    private static final long BUDGET = 16 * 1024 * 1024;

    @Override
    public Listener opened(EngineSession session) {
        return new Listener() {
            @Override
            public void onText(ByteBuf utf8) {
                echo(Frames.text(utf8));
            }

            @Override
            public void onBinary(ByteBuf bytes) {
                echo(Frames.binary(bytes));
            }

            private void echo(ByteBuf frame) {
                session.write(frame);
                session.flush();
                if (session.pendingBytes() > BUDGET) {
                    session.close(CloseReason.SLOW_CONSUMER);
                }
            }

            @Override
            public void onClosed(int code) {}
        };
    }
}
