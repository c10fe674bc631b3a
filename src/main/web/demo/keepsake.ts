/** What the page keeps over a reload: where its rooms were, and the past its charts show. One tab, one keepsake. */
import type { Connection } from '../client/connection.js';
import type { Feed } from './feed.js';

const KEY = 'fanfara';

interface Keepsake {
  resume?: unknown;
  feed?: unknown;
}

export function remembered(): Keepsake {
  try {
    return (JSON.parse(sessionStorage.getItem(KEY) ?? '{}') as Keepsake | null) ?? {};
  } catch {
    return {}; // switched off, or not ours
  }
}

/** Both are taken in the same moment: a past that ends elsewhere than the position would have a hole, or an overlap. */
export function keep(connection: Connection, feed: Feed): void {
  const save = (): void => {
    const keepsake: Keepsake = { resume: connection.snapshot(), feed };
    try {
      sessionStorage.setItem(KEY, JSON.stringify(keepsake));
    } catch {
      // Full or switched off: a reload then starts anew.
    }
  };
  addEventListener('pagehide', save);
  // A phone may end a page it has put away without another word.
  document.addEventListener('visibilitychange', () => document.hidden && save());
}
