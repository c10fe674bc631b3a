/** What the browser knows of the network, in pages and in workers; nothing elsewhere. */

/** Only a "no" can be believed: with a network up, the gateway may still be out of reach. One on this machine never is. */
export function isOffline(url: string): boolean {
  return globalThis.navigator?.onLine === false && !/^wss?:\/\/(localhost|127\.|\[::1\])/.test(url);
}

/** Returns what ends the watching. */
export function watchNetwork(changed: () => void): () => void {
  const events = ['online', 'offline'];
  for (const event of events) globalThis.addEventListener?.(event, changed);
  return () => {
    for (const event of events) globalThis.removeEventListener?.(event, changed);
  };
}
