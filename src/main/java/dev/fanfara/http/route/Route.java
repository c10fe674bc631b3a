package dev.fanfara.http.route;

import dev.fanfara.config.RouteRule;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A rule at work on this node: its upstreams in turn, and how much is under way. Any thread. */
public final class Route {
    private final RouteRule rule;
    private final List<Upstream> upstreams;
    private final AtomicInteger turn = new AtomicInteger();
    private final AtomicInteger underWay = new AtomicInteger();
    private volatile long askedNanos;

    Route(RouteRule rule) {
        this.rule = rule;
        upstreams = rule.upstreams().stream().map(Upstream::new).toList();
        askedNanos = System.nanoTime();
    }

    public RouteRule rule() {
        return rule;
    }

    /** The label of its metrics. */
    public String name() {
        return rule.path().toString();
    }

    List<Upstream> upstreams() {
        return upstreams;
    }

    public long upstreamsUp() {
        return upstreams.stream().filter(Upstream::isUp).count();
    }

    /** One more request; false if there are as many as there may be, and then it is not one of them. */
    boolean enter() {
        if (underWay.incrementAndGet() <= rule.maxConcurrent()) {
            return true;
        }
        underWay.decrementAndGet();
        return false;
    }

    void leave() {
        underWay.decrementAndGet();
    }

    /** Those that are well, the one whose turn it is first; all of them if none is, for they may be by now. */
    Deque<Upstream> inTurn() {
        int first = Math.floorMod(turn.getAndIncrement(), upstreams.size());
        List<Upstream> all = new ArrayList<>(upstreams.subList(first, upstreams.size()));
        all.addAll(upstreams.subList(0, first));
        Deque<Upstream> well =
                new ArrayDeque<>(all.stream().filter(Upstream::isUp).toList());
        return well.isEmpty() ? new ArrayDeque<>(all) : well;
    }

    /** Once per interval of its health checks. */
    boolean asksNow(long nowNanos) {
        var health = rule.health();
        if (health == null || nowNanos - askedNanos < health.interval().toNanos()) {
            return false;
        }
        askedNanos = nowNanos;
        return true;
    }
}
