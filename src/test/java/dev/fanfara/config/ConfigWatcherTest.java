package dev.fanfara.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigWatcherTest {
    private static final Duration QUICK = Duration.ofMillis(5);

    @TempDir
    private Path folder;

    private ConfigFixture fixture;
    private final Listener listener = new Listener();
    private @Nullable ConfigWatcher watcher;

    /** Writes down what it hears: the budget and what needs a restart, the number of mistakes, or "restored". */
    private static final class Listener implements ConfigListener {
        private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        private volatile boolean refusing;
        private volatile boolean failing;

        @Override
        public void onChanged(Loaded loaded, List<String> needsRestart) {
            if (refusing) {
                throw new ConfigException("listener", List.of());
            }
            if (failing) {
                heard.add("failing");
                throw new IllegalStateException("a bug in the listener");
            }
            heard.add("budget " + loaded.config().connections().outboundBudget() + " " + needsRestart);
        }

        @Override
        public void onRejected(ConfigException rejected) {
            heard.add("rejected " + rejected.mistakes().size());
        }

        @Override
        public void onRestored() {
            heard.add("restored");
        }

        void hears(String words) throws InterruptedException {
            assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo(words);
        }
    }

    @BeforeEach
    void startedWithOneMebibyte() {
        fixture = new ConfigFixture(folder);
        fixture.file(budget("1MiB"));
    }

    @AfterEach
    void nothingMoreIsHeard() throws Exception {
        if (watcher != null) {
            watcher.close();
        }
        assertThat(listener.heard).isEmpty();
    }

    @Test
    void changeIsHandedOnOnce() throws Exception {
        watch();

        fixture.file(budget("2MiB"));

        listener.hears("budget 2097152 []");
        looksTwiceMore();
    }

    @Test
    void sameContentIsNoChange() throws Exception {
        watch();

        fixture.file(budget("1MiB") + "\n");

        looksTwiceMore();
    }

    @Test
    void badFileIsToldOnceForEachContentAndChangesNothing() throws Exception {
        watch();

        fixture.file("{'connections':{'outboundBudget':1,'heartbeat':1}}");
        listener.hears("rejected 2");
        looksTwiceMore();
        fixture.file("{'connections':{'outboundBudget':2}}");
        listener.hears("rejected 1");

        fixture.file(budget("2MiB"));
        listener.hears("budget 2097152 []");
    }

    @Test
    void whoAsksIsToldAgain() throws Exception {
        watch();
        fixture.file("{");
        listener.hears("rejected 1");

        asked().reloadNow().get(10, TimeUnit.SECONDS);

        listener.hears("rejected 1");
    }

    @Test
    void whoAsksNeedNotWaitForTheNextLook() throws Exception {
        watch(Duration.ofHours(1));
        fixture.file(budget("2MiB"));

        asked().reloadNow().get(10, TimeUnit.SECONDS);

        listener.hears("budget 2097152 []");
    }

    @Test
    void halfWrittenFileIsRejectedAndTakenWhenItIsWhole() throws Exception {
        watch();

        fixture.file("{'connections':{'outbound");
        listener.hears("rejected 1");
        fixture.file("");
        listener.hears("rejected 1");

        fixture.file(budget("3MiB"));
        listener.hears("budget 3145728 []");
    }

    @Test
    void deletedFileKeepsTheOldOneInForce() throws Exception {
        watch();

        Files.delete(folder.resolve("fanfara.json"));
        listener.hears("rejected 1");
        looksTwiceMore();

        fixture.file(budget("1MiB"));
        listener.hears("restored");
    }

    @Test
    void symlinkSwapOfAConfigMapIsSeen() throws Exception {
        Path mount = Files.createDirectory(folder.resolve("mount"));
        revision(mount, "..2026_01", budget("1MiB"));
        Files.createSymbolicLink(mount.resolve("..data"), Path.of("..2026_01"));
        Files.createSymbolicLink(mount.resolve("fanfara.json"), Path.of("..data", "fanfara.json"));
        fixture = new ConfigFixture(mount);
        watch();

        revision(mount, "..2026_02", budget("2MiB"));
        Files.createSymbolicLink(mount.resolve("..data_tmp"), Path.of("..2026_02"));
        Files.move(mount.resolve("..data_tmp"), mount.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);

        listener.hears("budget 2097152 []");
    }

    @Test
    void rotatedSecretFileIsAChange() throws Exception {
        fixture.write("token", "0123456789abcdef").file("{'management':{'adminToken':'${file:token}'}}");
        watch();

        fixture.write("token", "fedcba9876543210");
        listener.hears("budget 1048576 []");

        Files.delete(folder.resolve("token"));
        listener.hears("rejected 1");
        fixture.write("token", "fedcba9876543210");
        listener.hears("restored");
    }

    @Test
    void keysThatNeedARestartAreComparedWithTheStart() throws Exception {
        watch();

        fixture.file("{'server':{'port':1}}");
        listener.hears("budget 1048576 [/server/port]");
        fixture.file("{'server':{'port':1},'connections':{'outboundBudget':'2MiB'}}");
        listener.hears("budget 2097152 [/server/port]");
        fixture.file(budget("2MiB"));
        listener.hears("budget 2097152 []");
    }

    @Test
    void configurationThatCannotBePutInForceIsRejectedOnce() throws Exception {
        listener.refusing = true;
        watch();

        fixture.file(budget("2MiB"));
        listener.hears("rejected 0");
        looksTwiceMore();

        listener.refusing = false;
        asked().reloadNow().get(10, TimeUnit.SECONDS);
        listener.hears("budget 2097152 []");
    }

    @Test
    void bugInTheListenerStopsNoLaterChange() throws Exception {
        listener.failing = true;
        watch();

        fixture.file(budget("2MiB"));
        listener.hears("failing");
        looksTwiceMore();

        listener.failing = false;
        fixture.file(budget("3MiB"));
        listener.hears("budget 3145728 []");
    }

    @Test
    void hundredReloadsEndInTheLast() throws Exception {
        watch();

        for (int i = 1; i <= 100; i++) {
            fixture.file(budget(i + "MiB"));
        }

        String last;
        do {
            last = listener.heard.poll(10, TimeUnit.SECONDS);
        } while (last != null && !last.equals("budget " + (100 << 20) + " []"));
        assertThat(last).isNotNull();
    }

    private static String budget(String size) {
        return "{'connections':{'outboundBudget':'" + size + "'}}";
    }

    private static void revision(Path mount, String name, String json) throws IOException {
        Path revision = Files.createDirectory(mount.resolve(name));
        Files.writeString(revision.resolve("fanfara.json"), json.replace('\'', '"'));
    }

    private void watch() {
        watch(QUICK);
    }

    private void watch(Duration interval) {
        ConfigSource source = fixture.source();
        watcher = new ConfigWatcher(source, source.load(), listener, interval);
        watcher.start();
    }

    /** The thread is one, so a task of ours runs between two looks; after the second of them one has surely happened. */
    private void looksTwiceMore() throws Exception {
        long looks = asked().looks();
        long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (asked().looks() < looks + 2 && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        assertThat(listener.heard).isEmpty();
    }

    private ConfigWatcher asked() {
        if (watcher == null) {
            throw new AssertionError("nobody watches");
        }
        return watcher;
    }
}
