package dev.fanfara.bench;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * One load test: connects and joins, publishes and counts, and tells how it went. {@link #run} is the caller's thread
 * and only plans and waits; all traffic is the event loops'. Counters are plain fields that belong to a loop: whoever
 * wants to know asks the loop, so that a delivery costs neither a lock nor an allocation.
 */
public final class Bench implements ClientSocket.Owner {
    private static final int CONNECT_TIMEOUT_MS = 10_000;
    /** At the same time: a server has a deadline for each handshake. */
    private static final int MOST_STARTING = 100;

    private static final long STALL_NANOS = TimeUnit.SECONDS.toNanos(20);
    private static final long START_DELAY_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    /** What has not come so long after the last that came is lost, not late. */
    private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private static final long LONGEST_GRACE_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long POLL_MS = 20;
    private static final long STRAGGLER_POLL_MS = 50;
    private static final int SMALLEST_READ = 512;
    private static final int USUAL_READ = 8 * 1024;
    /** The pooled allocator keeps buffers up to this size at hand. */
    private static final int LARGEST_READ = 32 * 1024;

    private final BenchOptions options;
    private final Consumer<String> progress;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final Incidents incidents = new Incidents();
    /** The first connection goes alone: it finds what is wrong, and warms up both sides. */
    private final Semaphore starting = new Semaphore(1);

    private final AtomicInteger connected = new AtomicInteger();
    private final AtomicInteger ready = new AtomicInteger();
    private final AtomicInteger retries = new AtomicInteger();
    private final AtomicInteger compressed = new AtomicInteger();
    private final List<BenchLoop> loops = new ArrayList<>();
    private final Histogram measured = Tally.histogram();

    private volatile @Nullable String failure;
    private volatile long lastStepNanos = System.nanoTime();
    private @Nullable Bootstrap bootstrap;
    private @Nullable SslContext tls;
    private long nextProgressNanos = System.nanoTime() + SECOND_NANOS;
    private @Nullable Totals lastSeen;

    public Bench(BenchOptions options, Consumer<String> progress) {
        this.options = options;
        this.progress = progress;
    }

    /** Ends the test early; {@link #run} returns what was measured so far. Any thread. */
    public void stop() {
        stop.countDown();
    }

    /** @throws BenchFailure if it cannot connect, join or look at the process it is to watch */
    public Result run() throws InterruptedException {
        ProcessUsage empty = usage();
        boolean epoll = Epoll.isAvailable();
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(
                options.loops(), epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
        for (int i = 0; i < options.loops(); i++) {
            loops.add(new BenchLoop(group.next(), options.plan().rooms()));
        }
        tls = options.target().tls() ? clientTls() : null;
        bootstrap = new Bootstrap()
                .channel(epoll ? EpollSocketChannel.class : NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MS)
                .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .option(
                        ChannelOption.RECVBUF_ALLOCATOR,
                        new AdaptiveRecvByteBufAllocator(SMALLEST_READ, USUAL_READ, LARGEST_READ))
                .remoteAddress(options.target().address(), options.target().port());
        try {
            connectAll();
            return measure(empty);
        } finally {
            leaveAll();
            group.shutdownGracefully(0, 2, TimeUnit.SECONDS).await();
        }
    }

    private SslContext clientTls() {
        try {
            SslContextBuilder builder = SslContextBuilder.forClient();
            if (options.target().anyCertificate()) {
                builder.trustManager(InsecureTrustManagerFactory.INSTANCE).endpointIdentificationAlgorithm(null);
            }
            return builder.build();
        } catch (SSLException unusable) {
            throw new BenchFailure("TLS does not work here: " + unusable.getMessage());
        }
    }

    // Connecting

    private void connectAll() throws InterruptedException {
        Plan plan = options.plan();
        int publishers = options.isIdle() ? 0 : plan.publishers();
        int all = plan.connections() + publishers;
        long begin = System.nanoTime();
        for (int i = 0; i < all && !isStopped(); i++) {
            long due = begin + Math.round(i * (double) SECOND_NANOS / options.connectsPerSecond());
            await(due, this::connectProgress);
            watchStart();
            while (!starting.tryAcquire() && !isStopped()) {
                await(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(POLL_MS), this::connectProgress);
                watchStart();
            }
            lastStepNanos = System.nanoTime();
            connect(i < plan.connections() ? member(i) : publisher(i - plan.connections()));
        }
        while (ready.get() < all && !isStopped()) {
            await(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(POLL_MS), this::connectProgress);
            watchStart();
        }
        if (failure != null) {
            throw new BenchFailure(failure);
        }
        if (ready.get() < all) {
            throw new BenchFailure("stopped while connecting; " + ready.get() + " of " + all + " had joined");
        }
    }

    private void watchStart() {
        if (failure != null) {
            throw new BenchFailure(failure);
        }
        if (System.nanoTime() - lastStepNanos > STALL_NANOS) {
            throw new BenchFailure("only " + ready.get() + " connections have joined, and none in the last "
                    + TimeUnit.NANOSECONDS.toSeconds(STALL_NANOS) + " s");
        }
    }

    private void connectProgress() {
        int again = retries.get();
        progress.accept("connecting: " + connected.get() + " connected, " + ready.get() + " joined"
                + (again == 0
                        ? ""
                        : ", " + again + " put off by the server (lower --connect-rate, or raise"
                                + " limits.connectsPerSecond and limits.requestsPerIp)"));
    }

    private Member member(int index) {
        BenchLoop loop = loops.get(index % loops.size());
        String[] rooms = options.rooms(options.plan().roomsOfConnection(index));
        return new Member(loop, options.target(), options.deflate(), options.plan(), index, rooms, this);
    }

    private Publisher publisher(int index) {
        String[] rooms = options.rooms(options.plan().roomsOfPublisher(index));
        return new Publisher(loops.get(0), options.target(), options.deflate(), options.payload(), index, rooms, this);
    }

    private void connect(ClientSocket socket) {
        Bootstrap template = bootstrap;
        if (template == null) {
            throw new IllegalStateException("not running");
        }
        ChannelFuture connecting = template.clone(socket.loop.events)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        if (tls != null) {
                            Target target = options.target();
                            channel.pipeline()
                                    .addLast(tls.newHandler(channel.alloc(), target.address(), target.port()));
                        }
                        channel.pipeline().addLast(socket);
                    }
                })
                .connect();
        connecting.addListener(done -> {
            if (done.isSuccess()) {
                connected.incrementAndGet();
            } else if (done.cause() != null) {
                failed("cannot connect to " + options.target() + ": " + reason(done.cause()));
            }
        });
    }

    /** Without the system call and its number, which Netty's native transport puts in front. */
    private static String reason(Throwable cause) {
        Throwable root = cause.getCause() == null ? cause : cause.getCause();
        String message = root.getMessage() == null ? root.toString() : root.getMessage();
        return message.replaceFirst("^.*failed with error\\(-[0-9]+\\): ", "");
    }

    @Override
    public void ready(ClientSocket socket) {
        if (socket instanceof Member member) {
            member.loop.members.add(member);
            member.countAsReader(1);
        } else if (socket instanceof Publisher publisher) {
            publisher.loop.publishers.add(publisher);
        }
        if (socket.isCompressed()) {
            compressed.incrementAndGet();
        }
        lastStepNanos = System.nanoTime();
        starting.release(ready.incrementAndGet() == 1 ? MOST_STARTING : 1);
    }

    @Override
    public void refusedForNow(ClientSocket socket, Upgrade.Answer answer) {
        connected.decrementAndGet();
        retries.incrementAndGet();
        lastStepNanos = System.nanoTime();
        ClientSocket again =
                socket instanceof Member member ? member(member.index) : publisher(((Publisher) socket).index);
        socket.loop.events.schedule(() -> connect(again), answer.retryAfterSeconds(), TimeUnit.SECONDS);
    }

    @Override
    public void failed(String why) {
        if (failure == null) {
            failure = why;
        }
    }

    @Override
    public void lost(ClientSocket socket, int code, String reason) {
        connected.decrementAndGet();
        if (socket instanceof Member member) {
            if (member.isPaused()) {
                return; // That a stuck reader is cut off is the server's good right.
            }
            member.countAsReader(-1);
            member.loop.members.remove(member);
            member.loop.departed.add(member);
        }
        incidents.closed(code, reason);
    }

    @Override
    public void refused(String code, String sentence) {
        incidents.error(code, sentence);
    }

    private void leaveAll() throws InterruptedException {
        List<Future<?>> leaving = new ArrayList<>();
        for (BenchLoop loop : loops) {
            leaving.add(loop.events.submit(() -> {
                loop.members.forEach(ClientSocket::leave);
                loop.publishers.forEach(ClientSocket::leave);
            }));
        }
        for (Future<?> each : leaving) {
            get(each);
        }
    }

    // Measuring

    private Result measure(@Nullable ProcessUsage empty) throws InterruptedException {
        long startNanos = System.nanoTime() + START_DELAY_NANOS;
        long windowNanos = startNanos + options.warmup().toNanos();
        long endNanos = windowNanos + options.duration().toNanos();
        List<Stream> streams = onFirstLoop(this::streams);
        onEveryLoop(loop -> {
            loop.tally.window(windowNanos, endNanos - windowNanos);
            loop.members.forEach(Member::pauseIfPlanned);
            return loop;
        });
        Publishing publishing = publishing(streams, startNanos, endNanos);
        lastSeen = sample();
        loops.get(0).events.schedule(publishing::start, startNanos - System.nanoTime(), TimeUnit.NANOSECONDS);

        await(windowNanos, () -> showProgress("warm-up"));
        Moment begin = moment();
        await(endNanos, () -> showProgress("measuring"));
        Moment end = moment();
        onFirstLoop(() -> {
            publishing.stop();
            return true;
        });

        long[] published = new long[options.plan().streams()];
        for (Stream stream : streams) {
            published[stream.id] = stream.published();
        }
        boolean quiet = awaitStragglers(published);
        Totals all = sample();
        long outstanding = lost(published, loop -> loop.members);
        // While messages still come, only what they have overtaken is known to be lost.
        long lost = quiet ? outstanding : Math.min(outstanding, all.missing());
        return new Result(
                options,
                begin,
                end,
                all,
                measured,
                empty,
                lost,
                outstanding - lost,
                lost(published, loop -> loop.departed),
                ready.get(),
                compressed.get(),
                incidents.closes(),
                incidents.errors(),
                isStopped());
    }

    /**
     * Also when the test was stopped: what is still on its way is not lost. An overloaded server may take long.
     *
     * @return true if nothing comes any more
     */
    private boolean awaitStragglers(long[] published) throws InterruptedException {
        long begin = System.nanoTime();
        long lastCame = begin;
        long deliveries = 0;
        while (lost(published, loop -> loop.members) > 0) {
            long now = System.nanoTime();
            Totals soFar = sample();
            if (soFar.deliveries() > deliveries) {
                deliveries = soFar.deliveries();
                lastCame = now;
            }
            if (now - lastCame > GRACE_NANOS) {
                return true;
            }
            if (now - begin > LONGEST_GRACE_NANOS) {
                return false;
            }
            Thread.sleep(STRAGGLER_POLL_MS);
        }
        return true;
    }

    private List<Stream> streams() {
        List<Stream> streams = new ArrayList<>();
        Plan plan = options.plan();
        Publisher[] publishers = new Publisher[plan.publishers()];
        loops.get(0).publishers.forEach(each -> publishers[each.index] = each);
        for (int id = 0; id < plan.streams() && !options.isIdle(); id++) {
            int room = plan.roomOfStream(id);
            String head = options.target().dialect().publishHead(options.room(room));
            streams.add(new Stream(
                    id, room, publishers[plan.publisherOfStream(id)], head.getBytes(StandardCharsets.US_ASCII)));
        }
        return streams;
    }

    private Publishing publishing(List<Stream> streams, long startNanos, long endNanos) throws InterruptedException {
        if (options.isIdle()) {
            return Publishing.NOTHING;
        }
        BenchLoop first = loops.get(0);
        if (options.inFlight() == 0) {
            return new OpenLoop(first, streams, new Pacer(startNanos, options.perSecond()), endNanos);
        }
        int[] loopsWithReaders = new int[options.plan().rooms()];
        for (int[] readers : onEveryLoop(loop -> loop.readersByRoom.clone())) {
            for (int room = 0; room < readers.length; room++) {
                loopsWithReaders[room] += readers[room] > 0 ? 1 : 0;
            }
        }
        ClosedLoop closed = new ClosedLoop(first, streams, loopsWithReaders, options.inFlight(), GRACE_NANOS);
        onEveryLoop(loop -> {
            loop.countInflight(new Inflight(options.inFlight(), loop.readersByRoom, closed::heard));
            return loop;
        });
        return closed;
    }

    /** What has been counted and used up to a moment. */
    record Moment(
            Totals totals,
            @Nullable ProcessUsage watched,
            @Nullable ProcessUsage generator) {}

    private Moment moment() throws InterruptedException {
        Totals totals = sample();
        ProcessUsage watched = usage();
        ProcessUsage generator;
        try {
            generator = ProcessUsage.of(ProcessHandle.current().pid());
        } catch (BenchFailure noProc) {
            generator = null;
        }
        return new Moment(totals, watched, generator);
    }

    private @Nullable ProcessUsage usage() {
        return options.pid() == null ? null : ProcessUsage.of(options.pid());
    }

    private Totals sample() throws InterruptedException {
        Totals totals = Totals.of(onEveryLoop(loop -> loop.tally.sample()));
        measured.add(totals.within());
        return totals;
    }

    private void showProgress(String phase) throws InterruptedException {
        Totals before = lastSeen;
        Totals now = sample();
        lastSeen = now;
        if (before == null) {
            return;
        }
        Histogram second = now.within();
        second.add(now.around());
        double seconds = (now.nanos() - before.nanos()) / (double) SECOND_NANOS;
        progress.accept(String.format(
                Locale.ROOT,
                "%s: %d connected, %d joined, %,.0f deliveries/s, p50 %.2f ms, p99 %.2f ms, lost so far %d",
                phase,
                connected.get(),
                ready.get(),
                (now.deliveries() - before.deliveries()) / seconds,
                second.getValueAtPercentile(50) / 1e6,
                second.getValueAtPercentile(99) / 1e6,
                now.missing()));
    }

    private long lost(long[] published, OnLoop<List<Member>> members) throws InterruptedException {
        long lost = 0;
        for (long each : onEveryLoop(loop -> members.of(loop).stream()
                .filter(member -> !member.isPaused())
                .mapToLong(member -> member.lost(published))
                .sum())) {
            lost += each;
        }
        return lost;
    }

    // Waiting

    private boolean isStopped() {
        return stop.getCount() == 0;
    }

    /** Until then, or until the test is stopped; shows progress once a second. */
    private void await(long untilNanos, Progress show) throws InterruptedException {
        while (!isStopped()) {
            long now = System.nanoTime();
            if (now - nextProgressNanos >= 0) {
                nextProgressNanos += SECOND_NANOS * (1 + (now - nextProgressNanos) / SECOND_NANOS);
                show.now();
                now = System.nanoTime();
            }
            long left = Math.min(untilNanos - now, TimeUnit.MILLISECONDS.toNanos(POLL_MS));
            if (untilNanos - now <= 0 || stop.await(left, TimeUnit.NANOSECONDS)) {
                return;
            }
        }
    }

    private interface Progress {
        void now() throws InterruptedException;
    }

    private interface OnLoop<T> {
        T of(BenchLoop loop);
    }

    private <T> List<T> onEveryLoop(OnLoop<T> question) throws InterruptedException {
        List<Future<T>> asked = new ArrayList<>();
        for (BenchLoop loop : loops) {
            asked.add(loop.events.submit(() -> question.of(loop)));
        }
        List<T> answers = new ArrayList<>();
        for (Future<T> each : asked) {
            answers.add(get(each));
        }
        return answers;
    }

    private <T> T onFirstLoop(Callable<T> question) throws InterruptedException {
        return get(loops.get(0).events.submit(question));
    }

    private static <T> T get(Future<T> answer) throws InterruptedException {
        try {
            return answer.get();
        } catch (ExecutionException bug) {
            throw new IllegalStateException(bug.getCause());
        }
    }
}
