package dev.fanfara.testing;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The jar under test, as a command. It starts with half of the processor time it would take by itself. */
public final class Program {
    private static final Path JAR =
            Path.of(System.getProperty("fanfara.jar", "target/fanfara.jar")).toAbsolutePath();

    private Program() {}

    /** To be followed by the program's arguments. */
    public static List<String> command(String... jvmFlags) {
        List<String> all = new ArrayList<>(Archive.FLAGS);
        all.addAll(List.of(jvmFlags));
        return jvm(all);
    }

    private static List<String> jvm(List<String> flags) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        // Most of the processor time of such a short life would go into compiling what is hardly run again.
        command.add("-XX:TieredStopAtLevel=1");
        command.addAll(flags);
        command.addAll(List.of("-jar", JAR.toString()));
        return command;
    }

    /**
     * What the JVM found out about the classes in one run, for all later ones (class data sharing, JEP 350). Where it does
     * not fit, the JVM goes without.
     */
    private static final class Archive {
        static final List<String> FLAGS =
                List.of("-XX:SharedArchiveFile=" + made(), "-Xlog:cds=off", "-Xlog:cds+dynamic=off");

        private static Path made() {
            Path archive = JAR.resolveSibling(
                    JAR.getFileName() + "." + Runtime.version().feature() + ".jsa");
            try {
                if (!Files.exists(archive)
                        || Files.getLastModifiedTime(archive).compareTo(Files.getLastModifiedTime(JAR)) < 0) {
                    // Another run of tests may be making it as well.
                    Path own = archive.resolveSibling(archive.getFileName() + "."
                            + ProcessHandle.current().pid());
                    GatewayProcess.runOnce(jvm(List.of("-XX:ArchiveClassesAtExit=" + own)));
                    Files.move(own, archive, ATOMIC_MOVE);
                }
                return archive;
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }
    }
}
