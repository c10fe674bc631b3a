import assert from 'node:assert/strict';
import { test, vi } from 'vitest';
import type { RoomStatus } from '../client/index.js';
import { message, patch, Rig, settled, told } from './rig.js';

const join = (room: string, offset: number, epoch = 'e') => ({ type: 'join', room, since: { epoch, offset } });

test('after a loss every room is joined where it was, each at its own position', () => {
  const rig = new Rig();
  for (const room of ['log', 'dash', 'plain']) rig.connection.join(room);
  const wire = rig.live();
  wire.admits('log', { epoch: 'e', offset: 7 });
  wire.admits('dash', { epoch: 'e', offset: 40, state: { a: 1 } });
  wire.admits('plain');
  wire.says(message('log', 8));
  wire.says(patch('dash', 40, 43, { a: 2 }));

  rig.reconnects();

  assert.deepEqual(rig.wire.hears(), [join('log', 8), join('dash', 43), { type: 'join', room: 'plain' }]);
  assert.deepEqual(rig.connection.positions(), { log: { epoch: 'e', offset: 8 }, dash: { epoch: 'e', offset: 43 } });
});

test('a client that has a place to come back to says so at the door, and no other does', () => {
  const rig = new Rig('wss://gateway/ws?token=a.b-c_d');
  rig.connection.join('plain');
  rig.live().admits('plain');
  rig.reconnects();
  assert.equal(rig.wire.url, 'wss://gateway/ws?token=a.b-c_d');
  rig.connection.join('log');
  rig.wire.admits('log', { epoch: 'e', offset: 7 });

  rig.reconnects();

  assert.equal(rig.wire.url, 'wss://gateway/ws?token=a.b-c_d&resume=1');
});

test('what was missed comes once, in order, before what is new', () => {
  const rig = new Rig();
  const room = rig.connection.join('log');
  const heard = told(room, 'message');
  const entries = told(room, 'joined');
  rig.live().admits('log', { epoch: 'e', offset: 1 });

  rig.reconnects().admits('log', { epoch: 'e', offset: 3, recovered: true, messages: [message('log', 2), message('log', 3)] });
  rig.wire.says(message('log', 4));

  assert.deepEqual(heard.map(({ offset, replay }) => [offset, replay]), [[2, true], [3, true], [4, undefined]]);
  assert.deepEqual(entries.map(({ recovered, missed }) => [recovered, missed]), [[undefined, undefined], [true, 2]]);
});

test('a page is told when what was missed cannot be had', () => {
  const rig = new Rig();
  const room = rig.connection.join('log');
  const entries = told(room, 'joined');
  rig.live().admits('log', { epoch: 'e', offset: 1 });

  rig.reconnects().admits('log', { epoch: 'f', offset: 9, recovered: false });

  assert.deepEqual([entries[1]?.recovered, entries[1]?.missed], [false, undefined]);
  assert.deepEqual(room.position, { epoch: 'f', offset: 9 });
});

test('the state is told once for each frame, whole', () => {
  const rig = new Rig();
  const room = rig.connection.join('dash');
  const states = told(room, 'state');
  rig.live().admits('dash', { epoch: 'e', offset: 1, state: { a: 1, list: [1, 2] } });
  rig.wire.says(patch('dash', 1, 2, { a: null, list: [3] }));
  rig.wire.says(patch('dash', 1, 2, { a: 9 }));

  const missed = [patch('dash', 2, 3, { b: 1 }), patch('dash', 3, 4, { b: 2 })];
  rig.reconnects().admits('dash', { epoch: 'e', offset: 4, recovered: true, messages: missed });

  assert.deepEqual(states, [{ a: 1, list: [1, 2] }, { list: [3] }, { list: [3], b: 2 }]);
  assert.equal(room.state, states.at(-1));
});

test('a room that begins anew while we are in it replaces position and state', () => {
  const rig = new Rig();
  const room = rig.connection.join('dash');
  rig.live().admits('dash', { epoch: 'e', offset: 50, state: { a: 1 } });

  rig.wire.says({ type: 'joined', room: 'dash', epoch: 'f', offset: 2, recovered: false, state: { b: 1 } });
  rig.wire.says(patch('dash', 2, 3, { c: 1 }));

  assert.deepEqual(room.state, { b: 1, c: 1 });
  assert.deepEqual(room.position, { epoch: 'f', offset: 3 });
  assert.equal(room.status, 'fresh');
});

test('a patch that does not fit leads to a new join from the last position, and the room is stale until then', () => {
  const rig = new Rig();
  const room = rig.connection.join('dash');
  const statuses = told(room, 'status');
  const wire = rig.live();
  wire.admits('dash', { epoch: 'e', offset: 5, state: { a: 1 } });
  wire.hears();

  wire.says(patch('dash', 7, 8, { a: 4 }));
  wire.says(patch('dash', 8, 9, { a: 5 }));
  assert.deepEqual(wire.hears(), [{ type: 'leave', room: 'dash' }, join('dash', 5)]);
  assert.deepEqual(room.state, { a: 1 });
  wire.answers({ type: 'left', room: 'dash' }, { type: 'leave' });
  wire.admits('dash', { epoch: 'e', offset: 9, recovered: true, messages: [patch('dash', 5, 9, { a: 5 })] });

  assert.deepEqual([room.position, room.state], [{ epoch: 'e', offset: 9 }, { a: 5 }]);
  assert.deepEqual(statuses, ['fresh', 'stale', 'fresh']);
});

test('a hole in a log is filled the same way', () => {
  const rig = new Rig();
  const heard = told(rig.connection.join('log'), 'message');
  const wire = rig.live();
  wire.admits('log', { epoch: 'e', offset: 5 });

  wire.says(message('log', 8));
  wire.admits('log', { epoch: 'e', offset: 8, recovered: true, messages: [6, 7, 8].map((offset) => message('log', offset)) });

  assert.deepEqual(heard.map(({ offset }) => offset), [6, 7, 8]);
});

test('a hole that joining again does not close is left behind with the socket', () => {
  const rig = new Rig();
  rig.connection.join('log');
  const wire = rig.live();
  wire.admits('log', { epoch: 'e', offset: 5 });
  wire.says(message('log', 8));
  wire.admits('log', { epoch: 'e', offset: 5, recovered: true, messages: [] });

  wire.says(message('log', 9));

  assert.equal(wire.closedWith, 4000);
  assert.equal(rig.connection.state.name === 'reconnecting' && rig.connection.state.reason, 'Insufficient state');
});

test('a room is stale while disconnected, and degraded until it is restored', () => {
  const rig = new Rig();
  const room = rig.connection.join('dash');
  const statuses: RoomStatus[] = told(room, 'status');
  assert.equal(room.status, 'stale');

  rig.live().admits('dash', { epoch: 'e', offset: 1, state: {} });
  rig.wire.says({ type: 'degraded', room: 'dash', reason: 'slow', skipped: 3 });
  rig.wire.says({ type: 'restored', room: 'dash' });
  rig.wire.says({ type: 'degraded', room: 'dash' });
  rig.wire.closes(1006);
  rig.reconnects().admits('dash', { epoch: 'e', offset: 1, recovered: true });

  assert.deepEqual(statuses, ['fresh', 'degraded', 'fresh', 'degraded', 'stale', 'fresh']);
});

test('a room is stale when not even a pong came for one and a half heartbeats, and live with the next word', () => {
  const rig = new Rig('ws://gateway/ws', { replyTimeoutMs: 60_000 });
  const room = rig.connection.join('log');
  rig.live().admits('log', { epoch: 'e', offset: 1 });

  vi.advanceTimersByTime(37_499);
  assert.equal(room.status, 'fresh');
  vi.advanceTimersByTime(1);
  assert.equal(room.status, 'stale');
  rig.wire.answers({ type: 'pong', timestamp: 'now' }, { type: 'ping' });

  assert.equal(room.status, 'fresh');
});

test('a page that stored a snapshot goes on there after a reload, at another gateway too', () => {
  const before = new Rig();
  for (const room of ['dash', 'log', 'plain']) before.connection.join(room);
  before.live().admits('dash', { epoch: 'e', offset: 4, state: { a: 1, b: 1 } });
  before.wire.admits('log', { epoch: 'l', offset: 2 });
  before.wire.admits('plain');
  const stored = JSON.stringify(before.connection.snapshot());

  const after = new Rig('ws://other/ws', { resume: JSON.parse(stored) });
  const room = after.connection.join('dash');
  after.connection.join('log');
  const states = told(room, 'state');
  assert.deepEqual(room.state, { a: 1, b: 1 });
  after.live();
  assert.deepEqual(after.wire.hears(), [join('dash', 4), join('log', 2, 'l')]);
  after.wire.admits('dash', { epoch: 'e', offset: 6, recovered: true, messages: [patch('dash', 4, 6, { b: null })] });

  assert.deepEqual(states, [{ a: 1 }]);
  const rooms = { dash: { epoch: 'e', offset: 4, state: { a: 1, b: 1 } }, log: { epoch: 'l', offset: 2 } };
  assert.deepEqual(JSON.parse(stored), { rooms });
});

test('a snapshot taken before the gateway answered still holds the place', () => {
  const resume = { rooms: { dash: { epoch: 'e', offset: 4, state: { a: 1 } } } };
  const rig = new Rig('ws://gateway/ws', { resume });
  rig.connection.join('dash');

  assert.deepEqual(rig.connection.snapshot(), resume);
});

test('a room that is left and joined again starts afresh', () => {
  const rig = new Rig('ws://gateway/ws', { resume: { rooms: { log: { epoch: 'e', offset: 4 } } } });
  rig.connection.join('log').leave();
  rig.connection.join('log');

  rig.live();

  assert.deepEqual(rig.wire.hears(), [{ type: 'join', room: 'log' }]);
});

test('stored nonsense is no snapshot', () => {
  for (const resume of [undefined, null, 'x', 7, [], { rooms: 7 }, { rooms: { log: { offset: 1 } } }]) {
    const rig = new Rig('ws://gateway/ws', { resume });
    rig.connection.join('log');

    rig.live();

    assert.deepEqual(rig.wire.hears(), [{ type: 'join', room: 'log' }]);
  }
});

test('a new rate is told at once, and holds after a reconnect', async () => {
  const rig = new Rig();
  const room = rig.connection.join('dash', { maxRate: 0 });
  rig.live().admits('dash', { epoch: 'e', offset: 1, state: {} });
  rig.wire.hears();

  const updated = room.setRate(5);
  assert.deepEqual(rig.wire.hears(), [{ type: 'update', room: 'dash', maxRate: 5 }]);
  rig.wire.answers({ type: 'updated', room: 'dash' }, { type: 'update' });
  await updated;
  await settled();

  assert.deepEqual(rig.reconnects().hears(), [{ ...join('dash', 1), maxRate: 5 }]);
});
