import assert from 'node:assert/strict';
import { test } from 'vitest';
import { Replica } from '../client/replica.js';
import type { Joined, Message, Patch, PublishCommand } from '../client/protocol.js';
import { message, patch } from './rig.js';

const joined = (members: object): Joined => ({ type: 'joined', room: 'r', ...members });
const said = (offset: number) => message('r', offset) as Message;
const changed = (previous: number, offset: number, data: object) => patch('r', previous, offset, data) as Patch;
const publish = (members: object): PublishCommand => ({ type: 'message', room: 'r', text: '', ...members });

function member(members: object): Replica {
  const replica = new Replica();
  replica.enter(joined(members));
  return replica;
}

test('in a log each message moves the position by one; one known is known, one too far is a gap', () => {
  const log = member({ epoch: 'e', offset: 5 });

  assert.deepEqual([6, 7, 7, 6, 9].map((offset) => log.take(said(offset))), ['taken', 'taken', 'known', 'known', 'gap']);
  assert.deepEqual(log.position, { epoch: 'e', offset: 7 });
});

test('a plain room has no position and takes everything', () => {
  const plain = member({});

  assert.equal(plain.take({ type: 'message', room: 'r', timestamp: 'now' }), 'taken');
  assert.equal(plain.saved, undefined);
});

test('a patch is applied when previous ≤ position < offset', () => {
  const state = member({ epoch: 'e', offset: 10, state: { a: 1 } });

  assert.equal(state.apply(changed(10, 11, { b: 2 })), 'taken');
  assert.equal(state.apply(changed(8, 11, { a: 9 })), 'known');
  assert.equal(state.apply(changed(9, 14, { c: 3 })), 'taken');
  assert.equal(state.apply(changed(15, 16, { a: 9 })), 'gap');

  assert.deepEqual(state.state, { a: 1, b: 2, c: 3 });
  assert.deepEqual(state.position, { epoch: 'e', offset: 14 });
});

test('what came back is replayed with the state at each patch, and counted by positions', () => {
  const state = member({ epoch: 'e', offset: 10, state: { a: 1 } });

  const messages = [changed(10, 12, { a: 2 }), changed(12, 15, { a: 3 })];
  const entry = state.enter(joined({ epoch: 'e', offset: 15, recovered: true, messages }));

  assert.ok(entry !== 'gap');
  assert.equal(entry.missed, 5);
  assert.deepEqual(entry.replayed.map((event) => 'state' in event && event.state), [{ a: 2 }, { a: 3 }]);
  assert.deepEqual(state.saved, { epoch: 'e', offset: 15, state: { a: 3 } });
});

test('a state sent whole replaces what was there, in the same epoch and in another', () => {
  const state = member({ epoch: 'e', offset: 10, state: { a: 1 } });

  state.enter(joined({ epoch: 'e', offset: 12, state: { a: 2 } }));
  assert.deepEqual(state.saved, { epoch: 'e', offset: 12, state: { a: 2 } });
  state.enter(joined({ epoch: 'f', offset: 1, recovered: false, state: { b: 1 } }));

  assert.deepEqual(state.saved, { epoch: 'f', offset: 1, state: { b: 1 } });
});

test('messages that make up a new state begin with nothing', () => {
  const state = member({ epoch: 'e', offset: 10, state: { a: 1 } });

  const messages = [changed(0, 1, { b: 1 }), changed(1, 2, { c: 1 })];
  state.enter(joined({ epoch: 'f', offset: 2, recovered: false, messages }));

  assert.deepEqual(state.saved, { epoch: 'f', offset: 2, state: { b: 1, c: 1 } });
});

test('patches without a state to apply them to are a gap, and the next join asks for everything', () => {
  const state = new Replica({ epoch: 'e', offset: 10 });

  const entry = state.enter(joined({ epoch: 'e', offset: 11, recovered: true, messages: [changed(10, 11, { a: 2 })] }));

  assert.equal(entry, 'gap');
  assert.equal(state.position, undefined);
});

test('history that is asked for again on a reconnect replays only what is new', () => {
  const log = member({ epoch: 'e', offset: 2, messages: [said(1), said(2)] });

  const entry = log.enter(joined({ epoch: 'e', offset: 3, recovered: true, messages: [said(1), said(2), said(3)] }));

  assert.ok(entry !== 'gap');
  assert.deepEqual(entry.replayed.map(({ offset }) => offset), [3]);
});

test('an ack takes the place of the message its publisher does not hear', () => {
  const log = member({ epoch: 'e', offset: 5 });
  const state = member({ epoch: 'e', offset: 5, state: { a: 1, b: 1 } });

  assert.equal(log.acked({ type: 'ack', epoch: 'e', offset: 6 }, publish({})), 'taken');
  assert.equal(log.acked({ type: 'ack', epoch: 'e', offset: 6, duplicate: true }, publish({})), 'known');
  assert.equal(log.acked({ type: 'ack', epoch: 'e', offset: 8 }, publish({})), 'gap');
  assert.equal(state.acked({ type: 'ack', epoch: 'e', offset: 6 }, publish({ data: { a: null } })), 'taken');

  assert.equal(log.position?.offset, 6);
  assert.deepEqual(state.saved, { epoch: 'e', offset: 6, state: { b: 1 } });
});

test('an ack moves nothing when its message is heard as well, or belongs to another epoch', () => {
  const log = member({ epoch: 'e', offset: 5 });

  assert.equal(log.acked({ type: 'ack', epoch: 'e', offset: 6 }, publish({ echo: true })), 'known');
  assert.equal(log.acked({ type: 'ack', epoch: 'f', offset: 6 }, publish({})), 'known');

  assert.equal(log.take(said(6)), 'taken');
});

test('a conflated member that is told its position early waits for the patch that leads there', () => {
  const state = member({ epoch: 'e', offset: 5, state: { a: 1 } });

  assert.equal(state.acked({ type: 'ack', epoch: 'e', offset: 9 }, publish({ data: { a: 2 } })), 'known');
  assert.equal(state.apply(changed(5, 10, { a: 3 })), 'taken');

  assert.deepEqual(state.saved, { epoch: 'e', offset: 10, state: { a: 3 } });
});

test('what was stored is used only if it is a place in a room', () => {
  const places = [{ epoch: 1, offset: 1 }, { epoch: 'e', offset: 'x' }, { epoch: 'e', offset: -1 }, { epoch: 'e', offset: 1, state: [] }];
  const nonsense = [undefined, null, 7, [], {}, ...places];

  assert.deepEqual(nonsense.map((stored) => new Replica(stored).position), nonsense.map(() => undefined));
  const saved = { epoch: 'e', offset: 3, state: { a: 1 } };
  assert.deepEqual(new Replica({ ...saved, more: 1 }).saved, saved);
});
