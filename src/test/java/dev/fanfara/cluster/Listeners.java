package dev.fanfara.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The TCP sockets that this process listens on, as the Linux kernel tells. */
final class Listeners {
    private static final String LISTEN = "0A";

    private Listeners() {}

    static List<String> ofThisProcess() throws IOException {
        Set<String> own = new HashSet<>();
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path descriptor : descriptors) {
                if (Files.isSymbolicLink(descriptor)) {
                    own.add(Files.readSymbolicLink(descriptor).toString());
                }
            }
        }
        List<String> listeners = new ArrayList<>();
        for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            for (String line : Files.readAllLines(Path.of(table))) {
                String[] columns = line.trim().split("\\s+");
                if (columns[3].equals(LISTEN) && own.contains("socket:[" + columns[9] + "]")) {
                    listeners.add(address(columns[1]));
                }
            }
        }
        return listeners;
    }

    /** The kernel writes each 32 bits of an address in the byte order of the machine, here little-endian. */
    private static String address(String hex) throws IOException {
        String[] parts = hex.split(":");
        byte[] bytes = new byte[parts[0].length() / 2];
        for (int i = 0; i < bytes.length; i++) {
            int word = i & ~3;
            int at = word + 3 - (i & 3);
            bytes[i] = (byte) Integer.parseInt(parts[0].substring(2 * at, 2 * at + 2), 16);
        }
        return InetAddress.getByAddress(bytes).getHostAddress() + ":" + Integer.parseInt(parts[1], 16);
    }
}
