package dev.fanfara.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A DNS server (RFC 1035) that knows one thing: the addresses of a cluster's members, as a headless service of Kubernetes
 * would tell them. Whatever else it is asked, there is nothing of that type.
 */
final class NameServer implements AutoCloseable {
    private static final int PORT = 53;
    private static final int HEADER = 12;
    private static final short TYPE_A = 1;
    private static final short CLASS_IN = 1;
    /** An answer, no error, recursion is available. */
    private static final short ANSWER = (short) 0x8180;
    /** The name is the one at the beginning of the question. */
    private static final short SAME_NAME = (short) 0xc00c;

    private final DatagramSocket socket;
    /** IPv4 addresses. */
    private final List<String> members = new CopyOnWriteArrayList<>();

    NameServer(String host) throws IOException {
        socket = new DatagramSocket(new InetSocketAddress(host, PORT));
        Thread thread = new Thread(this::serve, "name-server");
        thread.setDaemon(true);
        thread.start();
    }

    void add(String member) {
        members.add(member);
    }

    private void serve() {
        byte[] question = new byte[512];
        while (!socket.isClosed()) {
            try {
                DatagramPacket packet = new DatagramPacket(question, question.length);
                socket.receive(packet);
                byte[] answer = answer(ByteBuffer.wrap(question, 0, packet.getLength()));
                socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private byte[] answer(ByteBuffer question) {
        int end = HEADER;
        while (question.get(end) != 0) {
            end += question.get(end) + 1;
        }
        short type = question.getShort(end + 1);
        end += 5;
        List<String> known = type == TYPE_A ? List.copyOf(members) : List.of();
        ByteBuffer answer = ByteBuffer.allocate(end + 16 * known.size());
        answer.put(question.array(), 0, end);
        answer.putShort(2, ANSWER)
                .putShort(6, (short) known.size())
                .putShort(8, (short) 0)
                .putShort(10, (short) 0);
        for (String member : known) {
            answer.putShort(SAME_NAME).putShort(TYPE_A).putShort(CLASS_IN).putInt(0);
            answer.putShort((short) 4).put(address(member));
        }
        return answer.array();
    }

    private static byte[] address(String member) {
        try {
            return InetAddress.getByName(member).getAddress();
        } catch (IOException none) {
            throw new UncheckedIOException(none);
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
