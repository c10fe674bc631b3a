import assert from 'node:assert/strict';
import { beforeEach, test, vi } from 'vitest';
import { type Connection, Refusal } from '../client/index.js';
import type { FakeSocket } from './fake-socket.js';
import { Rig } from './rig.js';

let rig: Rig;
let sockets: FakeSocket[];
let connection: Connection;
let states: string[];

const wire = () => rig.wire;

beforeEach(() => {
  rig = new Rig();
  ({ sockets, connection } = rig);
  states = [];
  connection.on('state', (state) => states.push(state.name));
});

const live = () => void rig.live();

test('is live when the gateway has said welcome, not when the socket opens', () => {
  connection.open();
  assert.deepEqual(states, ['connecting']);

  wire().welcomes('node-7');

  assert.deepEqual(states, ['connecting', 'live']);
  assert.equal(connection.state.name === 'live' && connection.state.welcome.node, 'node-7');
});

test('a socket that never says welcome is given up and followed by another', () => {
  connection.open();

  vi.advanceTimersByTime(1_000);
  assert.equal(wire().closedWith, 4000);
  vi.advanceTimersByTime(500);

  assert.equal(sockets.length, 2);
  assert.deepEqual(states, ['connecting', 'reconnecting', 'connecting']);
});

test('a connection closed by its user is left in peace', () => {
  live();

  connection.close();
  vi.advanceTimersByTime(60_000);

  assert.equal(wire().closedWith, 1000);
  assert.deepEqual(connection.state, { name: 'closed', code: 1000, reason: 'Closed by the client' });
  assert.equal(sockets.length, 1);
});

test('replies find their command by id, in any order', async () => {
  live();
  const first = connection.request({ type: 'message', room: 'lobby', text: 'one', echo: true });
  const second = connection.request({ type: 'ping' });

  wire().answers({ type: 'pong', timestamp: 'now' }, { type: 'ping' });
  wire().answers({ type: 'ack', room: 'lobby' }, { type: 'message' });

  assert.equal((await first).room, 'lobby');
  assert.equal((await second).timestamp, 'now');
  assert.deepEqual(wire().hears(), [
    { type: 'message', room: 'lobby', text: 'one', echo: true },
    { type: 'ping' },
  ]);
});

test('a refused command rejects with the code and the time the gateway named', async () => {
  live();
  const sent = connection.request({ type: 'message', room: 'lobby', text: 'one' });

  wire().answers({ type: 'error', code: 'rate-limited', message: 'Rate limit exceeded', retryAfter: 70 });

  await assert.rejects(sent, (refusal: Refusal) => {
    assert.deepEqual([refusal.code, refusal.message, refusal.retryAfter], ['rate-limited', 'Rate limit exceeded', 70]);
    return refusal instanceof Refusal;
  });
});

test('a command rejects when there is no connection, and when it is lost before the reply', async () => {
  await assert.rejects(connection.request({ type: 'ping' }), /Not connected/);
  live();
  const lost = connection.request({ type: 'ping' });

  wire().closes(1006);

  await assert.rejects(lost, /Connection lost/);
});

test('a late reply costs one command, but not a connection on which others arrive', async () => {
  live();
  const late = connection.request({ type: 'ping' });
  vi.advanceTimersByTime(500);
  wire().says({ type: 'message', room: 'demo', data: {}, timestamp: 'now' });
  vi.advanceTimersByTime(500);

  await assert.rejects(late, /No reply to ping/);
  assert.equal(connection.state.name, 'live');
});

test('a line that falls silent is asked after the heartbeat and given up without an answer', () => {
  live();

  vi.advanceTimersByTime(25_000);
  assert.deepEqual(wire().hears(), [{ type: 'ping' }]);
  vi.advanceTimersByTime(1_000);

  assert.equal(wire().closedWith, 4000);
  assert.equal(connection.state.name, 'reconnecting');
});

test('unknown types and broken frames are counted and do no harm', () => {
  live();
  const before = connection.received;

  for (const frame of ['{', 'null', '7', '{"type":"dance"}', '{}']) wire().says(frame);

  assert.equal(connection.received - before, 5);
  assert.equal(connection.state.name, 'live');
});
