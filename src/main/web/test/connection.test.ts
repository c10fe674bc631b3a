import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';
import { type Connection, Refusal } from '../client/index.js';
import type { FakeSocket } from './fake-socket.js';
import { Rig, settled } from './rig.js';

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

test('is live when the gateway has said welcome, not when the socket opens', () => {
  connection.open();
  assert.deepEqual(states, ['connecting']);

  wire().welcomes('node-7');

  assert.deepEqual(states, ['connecting', 'live']);
  assert.equal(connection.state.name === 'live' && connection.state.welcome.node, 'node-7');
});

test('a socket that never says welcome is given up and followed by another', () => {
  connection.open();

  mock.timers.tick(1_000);
  assert.equal(wire().closedWith, 4000);
  mock.timers.tick(500);

  assert.equal(sockets.length, 2);
  assert.deepEqual(states, ['connecting', 'reconnecting', 'connecting']);
});

test('rooms joined before and during the connection are entered again after a reconnect', () => {
  connection.join('demo', { history: 3 });
  live();
  connection.join('lobby', { user: 'alice' });
  connection.join('gone').leave();

  rig.reconnects();

  assert.deepEqual(wire().hears(), [
    { type: 'join', room: 'demo', history: 3 },
    { type: 'join', room: 'lobby', user: 'alice' },
  ]);
});

test('each failure raises the limit of the wait, and a connection that lasted resets it', () => {
  live();
  for (let failure = 0; failure < 4; failure++) {
    wire().closes(1006);
    mock.timers.tick(waits.at(-1)!);
  }
  wire().welcomes();
  mock.timers.tick(10_000);

  wire().closes(1011);

  assert.deepEqual(waits, [500, 750, 1125, 1688, 500]);
});

test('a gateway that accepts and closes at once is not met with ever the same short wait', () => {
  connection.open();
  for (let round = 0; round < 3; round++) {
    wire().welcomes();
    wire().closes(1013, 'Overloaded, retryAfter=100');
    mock.timers.tick(waits.at(-1)!);
  }

  assert.deepEqual(waits, [600, 850, 1225]);
});

test('comes back when the draining gateway asked it to, counted from the asking', () => {
  live();
  wire().says({ type: 'reconnect', after: 3_000 });
  mock.timers.tick(1_000);
  wire().closes(1001, 'Server shutting down');

  mock.timers.tick(1_999);
  assert.equal(sockets.length, 1);
  mock.timers.tick(1);

  assert.equal(sockets.length, 2);
});

for (const code of [1000, 1002, 1003, 1007, 1008, 1009, 4500, 4503, 4999]) {
  test(`stops after ${code} and says why`, () => {
    live();

    wire().closes(code, 'Disconnected');
    mock.timers.tick(60_000);

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

  mock.timers.tick(699);
  assert.equal(rig.sockets.length, 1);
  mock.timers.tick(1);

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
  mock.timers.tick(500);

  assert.equal(attempts, 2);
  assert.equal(rig.connection.state.name, 'reconnecting');
});

test('open cuts the wait short and starts no second socket', () => {
  live();
  wire().closes(1006);

  connection.open();
  connection.open();
  mock.timers.tick(900);

  assert.equal(sockets.length, 2);
});

test('a connection closed by its user is left in peace', () => {
  live();

  connection.close();
  mock.timers.tick(60_000);

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
  mock.timers.tick(500);
  wire().says({ type: 'message', room: 'demo', data: {}, timestamp: 'now' });
  mock.timers.tick(500);

  await assert.rejects(late, /No reply to ping/);
  assert.equal(connection.state.name, 'live');
});

test('a line that falls silent is asked after the heartbeat and given up without an answer', () => {
  live();

  mock.timers.tick(25_000);
  assert.deepEqual(wire().hears(), [{ type: 'ping' }]);
  mock.timers.tick(1_000);

  assert.equal(wire().closedWith, 4000);
  assert.equal(connection.state.name, 'reconnecting');
});

test('a room that refuses for good is told once and not asked again', async () => {
  const refused: string[] = [];
  connection.join('secret').on('refused', ({ code }) => refused.push(code));
  live();
  wire().answers({ type: 'error', code: 'forbidden', message: 'No' });
  await settled();

  rig.reconnects();

  assert.deepEqual(refused, ['forbidden']);
  assert.deepEqual(wire().hears(), []);
});

test('a room that is unavailable for now is asked again', async () => {
  connection.join('demo');
  live();
  wire().answers({ type: 'error', code: 'unavailable', message: 'Later', retryAfter: 300 });
  await settled();
  wire().hears();

  mock.timers.tick(300);

  assert.deepEqual(wire().hears(), [{ type: 'join', room: 'demo' }]);
});

test('a join that is not answered is asked on another socket', async () => {
  connection.join('demo');
  live();
  mock.timers.tick(900);
  wire().says({ type: 'pong', timestamp: 'now' });
  mock.timers.tick(100);
  await settled();

  assert.equal(wire().closedWith, 4000);
  assert.equal(connection.state.name, 'reconnecting');
});

test('a room the gateway took away is not joined again', () => {
  const reasons: Array<string | undefined> = [];
  connection.join('demo').on('left', ({ reason }) => reasons.push(reason));
  live();
  wire().admits('demo');
  wire().says({ type: 'left', room: 'demo', reason: 'Rights changed' });

  rig.reconnects();

  assert.deepEqual(reasons, ['Rights changed']);
  assert.deepEqual(wire().hears(), []);
});

test('a room left and joined again hears nothing of the membership that is over', () => {
  connection.join('demo', { user: 'alice' });
  live();
  wire().admits('demo');
  connection.join('lobby').leave();
  const heard: unknown[] = [];

  const lobby = connection.join('lobby', { user: 'bob' });
  lobby.on('message', ({ text }) => heard.push(text));
  wire().says({ type: 'message', room: 'lobby', text: 'old', timestamp: 'now' });
  wire().admits('lobby'); // the first of two joins
  wire().says({ type: 'message', room: 'lobby', text: 'old', timestamp: 'now' });
  wire().admits('lobby');
  wire().says({ type: 'message', room: 'lobby', text: 'new', timestamp: 'now' });

  assert.deepEqual(heard, ['new']);
  assert.throws(() => connection.join('lobby'), /Already in room lobby/);
});

test('a listener that fails costs neither the others nor the room its place', () => {
  const failures: unknown[] = [];
  mock.method(globalThis, 'queueMicrotask', (task: () => void) => {
    try {
      task();
    } catch (failure) {
      failures.push(failure);
    }
  });
  const demo = connection.join('demo');
  demo.on('message', () => {
    throw new Error('page');
  });
  const heard: unknown[] = [];
  demo.on('message', ({ text }) => heard.push(text));
  live();
  wire().admits('demo', { epoch: 'e', offset: 1 });

  wire().says({ type: 'message', room: 'demo', text: 'two', timestamp: 'now', offset: 2 });
  mock.restoreAll();

  assert.deepEqual(heard, ['two']);
  assert.deepEqual(demo.position, { epoch: 'e', offset: 2 });
  assert.equal(failures.length, 1);
});

test('unknown types and broken frames are counted and do no harm', () => {
  live();
  const before = connection.received;

  for (const frame of ['{', 'null', '7', '{"type":"dance"}', '{}']) wire().says(frame);

  assert.equal(connection.received - before, 5);
  assert.equal(connection.state.name, 'live');
});
