/** When a stream stands in for a WebSocket, and when no more; both moved by hand. */
import assert from 'node:assert/strict';
import { beforeEach, test, vi } from 'vitest';
import { FakeSocket } from './fake-socket.js';
import { Rig } from './rig.js';

let rig: Rig;
let streams: FakeSocket[];
/** What was tried, in order. */
let tried: string[];

beforeEach(() => {
  streams = [];
  tried = [];
  rig = new Rig('ws://gateway/ws', {
    stream: (url, token) => {
      tried.push('sse');
      streams.push(new FakeSocket(url, token));
      return streams.at(-1)!;
    },
    socket: (url, token) => {
      tried.push('ws');
      rig.sockets.push(new FakeSocket(url, token));
      return rig.wire;
    },
  });
});

const transport = () => (rig.connection.state.name === 'live' ? rig.connection.state.transport : rig.connection.state.name);
const stream = () => streams.at(-1)!;

/** Two WebSockets that break, and a stream that does not. */
function blocked(): void {
  rig.connection.open();
  rig.wire.closes(1006);
  vi.advanceTimersByTime(500);
  rig.wire.closes(1006);
  stream().welcomes();
}

test('two WebSockets that did not get through are followed by a stream at once', () => {
  blocked();

  assert.deepEqual([tried, transport()], [['ws', 'ws', 'sse'], 'sse']);
});

test('one that nobody answers is enough', () => {
  rig.connection.open();
  vi.advanceTimersByTime(1_000);

  assert.deepEqual(tried, ['ws', 'sse']);
});

test('what the gateway closes with a code has got through', () => {
  rig.live();
  for (const code of [1013, 4002, 1001, 1011]) rig.reconnects(code);

  assert.ok(!tried.includes('sse'));
});

test('a gateway that is merely down is tried both ways, and found by a WebSocket', () => {
  rig.connection.open();
  rig.wire.closes(1006);
  vi.advanceTimersByTime(500);
  rig.wire.closes(1006);
  stream().closes(1006);
  vi.advanceTimersByTime(1_000);

  rig.wire.welcomes();

  assert.deepEqual([tried, transport()], [['ws', 'ws', 'sse', 'ws'], 'websocket']);
});

test('a stream that worked comes first the next time', () => {
  blocked();
  vi.advanceTimersByTime(1_000);
  stream().closes(1006);
  vi.advanceTimersByTime(1_999);

  assert.deepEqual(tried.slice(3), ['sse']);

  stream().closes(1006);
  vi.advanceTimersByTime(1_000);
  assert.deepEqual(tried.slice(4), ['ws']);
});

test('a WebSocket that gets through takes over when nothing waits for an answer', async () => {
  blocked();
  const users: string[] = [];
  rig.connection.on('authenticated', ({ user }) => users.push(user));
  const room = rig.connection.join('log');
  stream().admits('log', { epoch: 'e', offset: 3 });
  vi.advanceTimersByTime(1_900);
  const published = room.publish('x');
  vi.advanceTimersByTime(100);
  rig.wire.welcomes('node-2');
  rig.wire.says({ type: 'authenticated', user: 'alice', expires: new Date(Date.now() + 60_000).toISOString() });
  assert.equal(transport(), 'sse');

  stream().answers({ type: 'ack', room: 'log', epoch: 'e', offset: 4 }, { type: 'message' });
  await published;
  vi.advanceTimersByTime(50);

  assert.deepEqual([transport(), stream().closedWith, users], ['websocket', 1000, ['alice']]);
  assert.deepEqual(rig.wire.hears(), [{ type: 'join', room: 'log', since: { epoch: 'e', offset: 4 } }]);
});

test('one that does not is looked for again, less and less often, and left with the connection', () => {
  blocked();
  const at: number[] = [];
  const start = Date.now();
  for (let second = 0; second < 60; second++) {
    const before = tried.length;
    vi.advanceTimersByTime(1_000);
    stream().says({ type: 'pong' });
    if (tried.length > before) at.push((Date.now() - start) / 1_000);
  }
  assert.deepEqual(at, [2, 11, 44]); // each is given a second

  rig.connection.close();
  vi.advanceTimersByTime(600_000);

  assert.equal(tried.length, 6);
});
