import assert from 'node:assert/strict';
import { beforeEach, test, vi } from 'vitest';
import type { Connection } from '../client/index.js';
import type { FakeSocket } from './fake-socket.js';
import { Rig } from './rig.js';

let rig: Rig;
let sockets: FakeSocket[];
let connection: Connection;
let states: string[];
/** How long the client meant to wait, each time. */
let waits: number[];

const wire = () => rig.wire;

beforeEach(() => {
  rig = new Rig();
  ({ sockets, connection } = rig);
  states = [];
  waits = [];
  connection.on('state', (state) => {
    states.push(state.name);
    if (state.name === 'reconnecting') waits.push(state.at - Date.now());
  });
});

const live = () => void rig.live();

test('each failure raises the limit of the wait, and a connection that lasted resets it', () => {
  live();
  for (let failure = 0; failure < 4; failure++) {
    wire().closes(1006);
    vi.advanceTimersByTime(waits.at(-1)!);
  }
  wire().welcomes();
  vi.advanceTimersByTime(10_000);

  wire().closes(1011);

  assert.deepEqual(waits, [500, 750, 1125, 1688, 500]);
});

test('a gateway that accepts and closes at once is not met with ever the same short wait', () => {
  connection.open();
  for (let round = 0; round < 3; round++) {
    wire().welcomes();
    wire().closes(1013, 'Overloaded, retryAfter=100');
    vi.advanceTimersByTime(waits.at(-1)!);
  }

  assert.deepEqual(waits, [600, 850, 1225]);
});

test('comes back when the draining gateway asked it to, counted from the asking', () => {
  live();
  wire().says({ type: 'reconnect', after: 3_000 });
  vi.advanceTimersByTime(1_000);
  wire().closes(1001, 'Server shutting down');

  vi.advanceTimersByTime(1_999);
  assert.equal(sockets.length, 1);
  vi.advanceTimersByTime(1);

  assert.equal(sockets.length, 2);
});

for (const code of [1000, 1002, 1003, 1007, 1008, 1009, 4500, 4503, 4999]) {
  test(`stops after ${code} and says why`, () => {
    live();

    wire().closes(code, 'Disconnected');
    vi.advanceTimersByTime(60_000);

    assert.deepEqual(connection.state, { name: 'closed', code, reason: 'Disconnected' });
    assert.equal(sockets.length, 1);
  });
}

for (const code of [1001, 1005, 1006, 1011, 1013, 4001, 4002, 4003, 4010, 4016, 4499]) {
  test(`resumes after ${code}`, () => {
    live();

    rig.reconnects(code);

    assert.deepEqual(states, ['connecting', 'live', 'reconnecting', 'connecting', 'live']);
  });
}

test('each failure leads to the next endpoint, and from the last to the first', () => {
  rig = new Rig(['ws://a/ws', 'ws://b/ws', 'ws://c/ws'], { random: () => 0 });

  rig.live();
  rig.reconnects();
  rig.reconnects(4016);
  rig.reconnects(1013);

  assert.deepEqual(rig.sockets.map(({ url }) => url), ['ws://a/ws', 'ws://c/ws', 'ws://b/ws', 'ws://a/ws']);
});

test('a draining gateway is left for another endpoint, after the time it named', () => {
  rig = new Rig(['ws://a/ws', 'ws://b/ws']);
  rig.live();
  rig.wire.says({ type: 'reconnect', after: 700 });
  rig.wire.closes(1001, 'Server shutting down');

  vi.advanceTimersByTime(699);
  assert.equal(rig.sockets.length, 1);
  vi.advanceTimersByTime(1);

  assert.equal(rig.wire.url, 'ws://b/ws');
});

test('an address the browser does not even try counts as a failure', () => {
  let attempts = 0;
  rig = new Rig(['ws://a/ws', 'wss://b/ws'], {
    socket: () => {
      attempts++;
      throw new Error('An insecure WebSocket connection may not be initiated from a page loaded over HTTPS');
    },
  });

  rig.connection.open();
  vi.advanceTimersByTime(500);

  assert.equal(attempts, 2);
  assert.equal(rig.connection.state.name, 'reconnecting');
});

test('open cuts the wait short and starts no second socket', () => {
  live();
  wire().closes(1006);

  connection.open();
  connection.open();
  vi.advanceTimersByTime(900);

  assert.equal(sockets.length, 2);
});
