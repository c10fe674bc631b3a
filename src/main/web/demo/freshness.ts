/** Says aloud when the charts do not show what is: a badge in words, for eyes and for screen readers. */
import type { Room, RoomStatus } from '../client/room.js';
import { byId, write } from './dom.js';
import { STALE_MS } from './feed.js';

const WORDS = { fresh: '', stale: 'Stale data', degraded: 'Degraded: fewer updates' } as const;
const CHECK_MS = 250;
/** How long the page says that it has caught up. */
const CAUGHT_UP_MS = 10_000;

/**
 * What the charts are worth. A page that has just been opened is waiting rather than behind, so it has as long for its
 * first update as any later one.
 */
export function freshness(room: RoomStatus, silence: number, age: number): RoomStatus {
  const isWaiting = silence === Infinity && age <= STALE_MS;
  if (isWaiting) return 'fresh';
  return silence > STALE_MS ? 'stale' : room;
}

/** "Caught up: 12 missed updates", or that what was missed cannot be had. Empty when nothing was. */
export function caughtUp(recovered: boolean | undefined, missed: number | undefined): string {
  if (recovered === undefined) return '';
  if (!recovered) return 'Started anew: what was missed is not kept';
  return missed ? `Caught up: ${missed} missed ${missed === 1 ? 'update' : 'updates'}` : '';
}

/** `silence`: milliseconds since the last live update; infinite before the first. */
export function showFreshness(room: Room, silence: () => number): void {
  const openedAt = Date.now();
  const badge = byId('freshness');
  const show = (): void => {
    const now = freshness(room.status, silence(), Date.now() - openedAt);
    badge.dataset.state = now;
    write(badge, WORDS[now]);
  };
  room.on('status', (status) => {
    if (status === 'stale') write(byId('caught-up'), '');
    show();
  });
  setInterval(show, CHECK_MS);
  show();

  let timer: ReturnType<typeof setTimeout>;
  room.on('joined', ({ recovered, missed }) => {
    const text = caughtUp(recovered, missed);
    if (!text) return;
    clearTimeout(timer);
    write(byId('caught-up'), text);
    timer = setTimeout(() => write(byId('caught-up'), ''), CAUGHT_UP_MS);
  });
}
