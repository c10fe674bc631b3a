type Listener = (event: never) => void;

/** Tells listeners what happens, by name. `Events` maps each name to what its listeners are given. */
export class Emitter<Events> {
  readonly #listeners = new Map<keyof Events, Set<Listener>>();

  /** Returns what ends the listening. */
  on<E extends keyof Events>(event: E, listener: (event: Events[E]) => void): () => void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners.add(listener as Listener));
    return () => void listeners.delete(listener as Listener);
  }

  protected emit<E extends keyof Events>(event: E, value: Events[E]): void {
    for (const listener of this.#listeners.get(event) ?? []) {
      try {
        listener(value as never);
      } catch (failure) {
        // A page's mistake is reported like any other, and must not cost the room its position.
        queueMicrotask(() => {
          throw failure;
        });
      }
    }
  }
}
