import assert from 'node:assert/strict';
import { beforeEach, test, vi } from 'vitest';
import type { Connection } from '../client/index.js';
import { Rig, settled } from './rig.js';

let rig: Rig;
let connection: Connection;

const wire = () => rig.wire;
const live = () => void rig.live();

beforeEach(() => {
  rig = new Rig();
  ({ connection } = rig);
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

  vi.advanceTimersByTime(300);

  assert.deepEqual(wire().hears(), [{ type: 'join', room: 'demo' }]);
});

test('a join that is not answered is asked on another socket', async () => {
  connection.join('demo');
  live();
  vi.advanceTimersByTime(900);
  wire().says({ type: 'pong', timestamp: 'now' });
  vi.advanceTimersByTime(100);
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
  const microtasks = vi.spyOn(globalThis, 'queueMicrotask').mockImplementation((task) => {
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
  microtasks.mockRestore();

  assert.deepEqual(heard, ['two']);
  assert.deepEqual(demo.position, { epoch: 'e', offset: 2 });
  assert.equal(failures.length, 1);
});
