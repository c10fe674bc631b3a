import assert from 'node:assert/strict';
import { test, vi } from 'vitest';
import { Refusal } from '../client/index.js';
import { message, Rig, settled, told } from './rig.js';

function joined(): Rig {
  const rig = new Rig();
  rig.live();
  return rig;
}

const text = (value: string, more: object = {}) => ({ type: 'message', room: 'log', text: value, ...more });

/** Joins `log` and answers; what was sent so far counts as heard. */
function log(rig: Rig) {
  const room = rig.connection.join('log');
  rig.wire.admits('log', { epoch: 'e', offset: 1 });
  rig.wire.hears();
  return room;
}

test('an ack resolves the publish, and counts as heard', async () => {
  const rig = joined();
  const room = log(rig);

  const published = room.publish({ text: 'a' });
  rig.wire.answers({ type: 'ack', room: 'log', epoch: 'e', offset: 2 });

  assert.equal((await published).offset, 2);
  assert.deepEqual(room.position, { epoch: 'e', offset: 2 });
});

test('what waits for the join goes out when it is answered, in the order it came', async () => {
  const rig = new Rig();
  rig.connection.open();
  const room = rig.connection.join('log');
  void room.publish({ text: 'a' });
  void room.publish({ text: 'b' }, { key: 'k' });
  rig.wire.welcomes();
  assert.deepEqual(rig.wire.hears(), [{ type: 'join', room: 'log' }]);

  rig.wire.admits('log');

  assert.deepEqual(rig.wire.hears(), [text('a'), text('b', { key: 'k' })]);
});

test('a lost message with a key is sent again after the join, and resolves once', async () => {
  const rig = joined();
  const room = log(rig);
  let resolved = 0;
  const published = room.publish({ text: 'a' }, { key: 'k' });
  void published.then(() => resolved++);

  const [first] = rig.sockets;
  rig.reconnects();
  assert.deepEqual(rig.wire.hears(), [{ type: 'join', room: 'log', since: { epoch: 'e', offset: 1 } }]);
  rig.wire.admits('log', { epoch: 'e', offset: 2, recovered: true, messages: [message('log', 2, 'a')] });
  await settled();
  assert.deepEqual(rig.wire.hears(), [text('a', { key: 'k' })]);
  first!.answers({ type: 'ack', room: 'log', epoch: 'e', offset: 2 }, { type: 'message' });
  rig.wire.answers({ type: 'ack', room: 'log', epoch: 'e', offset: 2, duplicate: true });
  rig.wire.says({ type: 'ack', room: 'log', epoch: 'e', offset: 2, duplicate: true, id: 99 });
  await settled();

  assert.equal((await published).duplicate, true);
  assert.equal(resolved, 1);
  rig.reconnects().admits('log', { epoch: 'e', offset: 2, recovered: true });
  assert.deepEqual(rig.wire.hears().length, 1);
});

test('a second attempt says what the first said, whatever became of the object', () => {
  const rig = joined();
  const room = log(rig);
  const data = { n: 1 };
  void room.publish({ data }, { key: 'k' });
  data.n = 2;

  rig.reconnects().admits('log');

  assert.deepEqual(rig.wire.hears().at(-1), { type: 'message', room: 'log', data: { n: 1 }, key: 'k' });
});

test('a lost message without a key fails and says that it may be published', async () => {
  const rig = joined();
  const published = log(rig).publish({ text: 'a' });

  rig.wire.closes(1006);

  await assert.rejects(published, {
    message: 'Connection lost before the ack. It may or may not be published; with a key it would be sent again.',
  });
});

test('a message that was not sent yet says so', async () => {
  const rig = joined();
  const published = rig.connection.join('log').publish({ text: 'a' });

  rig.wire.closes(1006);

  await assert.rejects(published, /It was not sent/);
});

test('while disconnected a message with a key waits, and one without fails at once', async () => {
  const rig = joined();
  const room = log(rig);
  rig.wire.closes(1006);

  void room.publish({ text: 'a' }, { key: 'k' });
  await assert.rejects(room.publish({ text: 'b' }), /Not connected/);
  rig.reconnects().admits('log');

  assert.deepEqual(rig.wire.hears().slice(1), [text('a', { key: 'k' })]);
});

test('a refusal is the end of a message, with a key too', async () => {
  const rig = joined();
  const room = log(rig);
  const published = room.publish({ text: 'a' }, { key: 'k' });

  rig.wire.answers({ type: 'error', code: 'conflict', message: 'Another payload has this key' });

  await assert.rejects(published, (failure: Refusal) => failure instanceof Refusal && failure.code === 'conflict');
  rig.reconnects().admits('log');
  assert.equal(rig.wire.hears().length, 1);
});

test('a message with a key whose ack is late is sent again on the same socket', async () => {
  const rig = joined();
  void log(rig).publish({ text: 'a' }, { key: 'k' });
  vi.advanceTimersByTime(500);
  rig.wire.says(message('log', 2));
  vi.advanceTimersByTime(500);
  await settled();

  assert.deepEqual(rig.wire.hears(), [text('a', { key: 'k' }), text('a', { key: 'k' })]);
});

test('a key is not used when the gateway may have forgotten it', async () => {
  const rig = joined();
  const published = log(rig).publish({ text: 'a' }, { key: 'k' });
  rig.wire.closes(1006);
  vi.setSystemTime(Date.now() + 120_000);

  rig.live().admits('log');

  await assert.rejects(published, /may have forgotten the key/);
});

test('when the connection ends for good, or the room is left, what waits fails', async () => {
  const rig = joined();
  const first = log(rig).publish({ text: 'a' }, { key: 'k' });
  const other = rig.connection.join('other');
  const second = other.publish({ text: 'b' });
  other.leave();
  rig.wire.closes(4503, 'Disconnected');

  await assert.rejects(first, /Connection closed: Disconnected/);
  await assert.rejects(second, /Left room other/);
  await assert.rejects(other.publish({ text: 'c' }), /Not in room other/);
});

test('what waits for a room that refuses us fails with that refusal', async () => {
  const rig = joined();
  const published = rig.connection.join('log').publish('a');

  rig.wire.answers({ type: 'error', code: 'forbidden', message: 'No' }, { type: 'join' });

  await assert.rejects(published, ({ code }: Refusal) => code === 'forbidden');
});

test("a publisher's own patch is in its state with the ack", async () => {
  const rig = joined();
  const room = rig.connection.join('dash');
  rig.wire.admits('dash', { epoch: 'e', offset: 3, state: { a: 1, b: 1 } });
  const states = told(room, 'state');

  void room.publish({ data: { b: null, c: 1 } });
  rig.wire.answers({ type: 'ack', room: 'dash', epoch: 'e', offset: 4 }, { type: 'message' });

  assert.deepEqual(states, [{ a: 1, c: 1 }]);
});
