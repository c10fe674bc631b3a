import assert from 'node:assert/strict';
import { afterEach, beforeEach, test, vi } from 'vitest';
import { patch, Rig, settled, told } from './rig.js';

let page: EventTarget & { hidden: boolean };

function hide(hidden: boolean): void {
  page.hidden = hidden;
  page.dispatchEvent(new Event('visibilitychange'));
}

beforeEach(() => {
  page = Object.assign(new EventTarget(), { hidden: false });
  vi.stubGlobal('document', page);
});

afterEach(() => vi.unstubAllGlobals());

/** In `dash`, which keeps a state, and in `log`, which does not. */
function joined(options = {}) {
  const rig = new Rig('ws://gateway/ws', { pauseHiddenMs: 5_000, ...options });
  const room = rig.connection.join('dash');
  rig.connection.join('log');
  rig.live().admits('dash', { epoch: 'e', offset: 4, state: { a: 1 } });
  rig.wire.admits('log', { epoch: 'l', offset: 1 });
  rig.wire.hears();
  return { rig, room, statuses: told(room, 'status') };
}

const update = (maxRate: number) => ({ type: 'update', room: 'dash', maxRate });

test('a page nobody looks at for a while asks for nothing, and for all when somebody does', async () => {
  const { rig, room, statuses } = joined();

  hide(true);
  vi.advanceTimersByTime(4_999);
  assert.deepEqual(rig.wire.hears(), []);
  vi.advanceTimersByTime(1);
  assert.deepEqual(rig.wire.hears(), [update(0)]);
  rig.wire.answers({ type: 'updated', room: 'dash' }, { type: 'update' });
  await settled();
  hide(false);
  assert.deepEqual(rig.wire.hears(), [update(1_000)]);
  rig.wire.says(patch('dash', 4, 9, { a: 9 }));
  rig.wire.answers({ type: 'updated', room: 'dash' }, { type: 'update' });
  await settled();

  assert.deepEqual(room.state, { a: 9 });
  assert.deepEqual(statuses, ['stale', 'fresh']);
});

test('a look away does no harm', () => {
  const { rig } = joined();

  hide(true);
  vi.advanceTimersByTime(4_000);
  hide(false);
  vi.advanceTimersByTime(10_000);

  assert.deepEqual(rig.wire.hears(), []);
});

test("the page's own rate returns with its reader", async () => {
  const { rig, room } = joined();
  void room.setRate(2);
  rig.wire.answers({ type: 'updated', room: 'dash' }, { type: 'update' });
  hide(true);
  vi.advanceTimersByTime(5_000);
  rig.wire.answers({ type: 'updated', room: 'dash' }, { type: 'update' });
  await settled();
  hide(false);

  assert.deepEqual(rig.wire.hears(), [update(2), update(0), update(2)]);
});

test('a room that is entered again unseen stays paused', async () => {
  const { rig } = joined();
  hide(true);
  vi.advanceTimersByTime(5_000);
  rig.reconnects();

  const [dash] = rig.wire.hears();
  assert.deepEqual(dash, { type: 'join', room: 'dash', maxRate: 0, since: { epoch: 'e', offset: 4 } });
});

test('a room that turns out to keep a state is paused then', async () => {
  const { rig } = joined();
  hide(true);
  vi.advanceTimersByTime(5_000);
  rig.connection.join('other');
  rig.wire.admits('other', { epoch: 'o', offset: 1, state: {} });

  assert.deepEqual(rig.wire.hears().at(-1), { ...update(0), room: 'other' });
});

test('a gateway that is too busy to raise the rate is asked again', async () => {
  const { rig } = joined();
  hide(true);
  vi.advanceTimersByTime(5_000);
  rig.wire.answers({ type: 'updated', room: 'dash' }, { type: 'update' });
  await settled();
  hide(false);
  rig.wire.answers({ type: 'error', code: 'rate-limited', message: 'Rate limit exceeded', retryAfter: 70 }, { type: 'update' });
  await settled();
  rig.wire.hears();
  vi.advanceTimersByTime(70);

  assert.deepEqual(rig.wire.hears(), [update(1_000)]);
});

test('Infinity turns it off, and a closed connection stops looking', () => {
  const { rig } = joined({ pauseHiddenMs: Infinity });
  hide(true);
  vi.advanceTimersByTime(60_000);
  assert.deepEqual(rig.wire.hears().filter((it) => 'maxRate' in it), []);

  hide(false);
  const unlisten = vi.spyOn(page, 'removeEventListener');
  joined().rig.connection.close();

  assert.equal(unlisten.mock.calls.length, 1);
});
