package dev.fanfara.settings;

import io.vertx.core.Context;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * The settings in force. Whoever handles something reads {@link #current} once and stays with that value, so that no
 * request and no message sees half a reload. Any thread.
 */
public final class LiveSettings {
    /** Ends what {@link #onChange} began. */
    public interface Subscription {
        void cancel();
    }

    private record Subscriber(Context context, Consumer<Settings> hears) {}

    private final List<Subscriber> subscribers = new CopyOnWriteArrayList<>();
    private volatile Settings current;

    public LiveSettings(Settings first) {
        current = first;
    }

    public Settings current() {
        return current;
    }

    /** In force from now on; subscribers hear of it a moment later. */
    public void replace(Settings settings) {
        current = settings;
        for (Subscriber subscriber : subscribers) {
            subscriber.context.runOnContext(there -> subscriber.hears.accept(settings));
        }
    }

    /** {@code hears} runs on {@code context}, once per change from now on. */
    public Subscription onChange(Context context, Consumer<Settings> hears) {
        Subscriber subscriber = new Subscriber(context, hears);
        subscribers.add(subscriber);
        return () -> subscribers.remove(subscriber);
    }
}
