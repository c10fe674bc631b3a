import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';
import { Connection } from '../client/connection.js';
import { Refusal } from '../client/protocol.js';
import { FakeSocket } from './fake-socket.js';

let sockets: FakeSocket[];
let connection: Connection;
let states: string[];

/** The socket in use. */
const wire = () => sockets.at(-1)!;
/** Lets promises that were settled run their continuations. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  sockets = [];
  states = [];
  connection = new Connection('ws://gateway/ws', {
    random: () => 0.5,
    replyTimeoutMs: 1_000,
    socket: () => {
      sockets.push(new FakeSocket());
      return wire();
    },
  });
  connection.on('state', (state) => states.push(state.name));
});

function live(): void {
  connection.open();
  wire().welcomes();
}

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
  mock.timers.tick(250);

  assert.equal(sockets.length, 2);
  assert.deepEqual(states, ['connecting', 'reconnecting', 'connecting']);
});

test('rooms joined before and during the connection are entered again after a reconnect', () => {
  connection.join('demo', { history: 3 });
  live();
  connection.join('lobby', { user: 'alice' });
  connection.join('gone');
  connection.leave('gone');
  wire().closes(1006);
  mock.timers.tick(250);

  wire().welcomes();

  assert.deepEqual(wire().hears(), [
    { type: 'join', room: 'demo', history: 3 },
    { type: 'join', room: 'lobby', user: 'alice' },
  ]);
});

test('each failure doubles the limit of the wait, and a connection that lasted resets it', () => {
  const waits: number[] = [];
  connection.on('state', (state) => state.name === 'reconnecting' && waits.push(state.at - Date.now()));
  live();
  for (let failure = 0; failure < 4; failure++) {
    wire().closes(1006);
    mock.timers.tick(waits.at(-1)!);
  }
  wire().welcomes();
  mock.timers.tick(10_000);

  wire().closes(1011);

  assert.deepEqual(waits, [250, 500, 1000, 2000, 250]);
});

test('a gateway that accepts and closes at once is not met with ever the same short wait', () => {
  const waits: number[] = [];
  connection.on('state', (state) => state.name === 'reconnecting' && waits.push(state.at - Date.now()));
  connection.open();
  for (let round = 0; round < 3; round++) {
    wire().welcomes();
    wire().closes(1013, 'Overloaded, retryAfter=100');
    mock.timers.tick(waits.at(-1)!);
  }

  assert.deepEqual(waits, [350, 600, 1100]);
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

for (const code of [1000, 1008, 4503]) {
  test(`stops after ${code} and says why`, () => {
    live();

    wire().closes(code, 'Disconnected');
    mock.timers.tick(60_000);

    assert.deepEqual(connection.state, { name: 'closed', code, reason: 'Disconnected' });
    assert.equal(sockets.length, 1);
  });
}

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

  const [one, two] = wire().sent.map((command) => command.id);
  wire().says({ type: 'pong', id: two, timestamp: 'now' });
  wire().says({ type: 'ack', id: one, room: 'lobby' });

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
  connection.on('refused', ({ room, refusal }) => refused.push(`${room}: ${refusal.code}`));
  connection.join('secret');
  live();
  wire().answers({ type: 'error', code: 'forbidden', message: 'No' });
  await settled();
  wire().closes(1006);
  mock.timers.tick(250);

  wire().welcomes();

  assert.deepEqual(refused, ['secret: forbidden']);
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

test('a room the gateway took away is not joined again', () => {
  connection.join('demo');
  live();
  wire().says({ type: 'left', room: 'demo', reason: 'Rights changed' });
  wire().closes(1006);
  mock.timers.tick(250);

  wire().welcomes();

  assert.deepEqual(wire().hears(), []);
});

test('unknown types and broken frames are counted and do no harm', () => {
  live();
  const before = connection.received;

  for (const frame of ['{', 'null', '7', '{"type":"dance"}', '{}']) wire().says(frame);

  assert.equal(connection.received - before, 5);
  assert.equal(connection.state.name, 'live');
});
