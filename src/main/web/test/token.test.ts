import assert from 'node:assert/strict';
import { test, vi } from 'vitest';
import { renewIn } from '../client/reconnect.js';
import { Rig } from './rig.js';

/** A connection whose tokens are numbered. */
function rig(token?: () => string | Promise<string>): Rig {
  let asked = 0;
  return new Rig('ws://gateway/ws', { token: token ?? (() => `t${++asked}`) });
}

const later = (ms = 0) => vi.advanceTimersByTimeAsync(ms);
/** Time, on a line that is not silent. */
async function passes({ wire }: Rig, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 10_000) {
    await later(10_000);
    wire.says({ type: 'pong' });
  }
}

const expires = (ms: number) => ({ type: 'authenticated', user: 'alice', expires: new Date(Date.now() + ms).toISOString() });

test('a token is asked for before each attempt', async () => {
  const it = rig();
  it.connection.open();
  await later();
  it.wire.welcomes();
  it.wire.closes(4001, 'Token expired');
  await later(1_000);
  it.wire.welcomes();

  assert.deepEqual(it.sockets.map(({ token }) => token), ['t1', 't2']);
  assert.equal(it.connection.state.name, 'live');
});

test('a token is renewed in session before it expires, and again', async () => {
  const it = rig();
  it.connection.open();
  await later();
  it.wire.welcomes();
  it.wire.says(expires(600_000));

  await passes(it, 540_000);
  assert.deepEqual(it.wire.hears().filter((it) => 'token' in it), [{ type: 'auth', token: 't2' }]);
  it.wire.answers(expires(50_000), { type: 'auth' });
  await passes(it, 40_000);

  assert.deepEqual(it.wire.hears().filter((it) => 'token' in it), [{ type: 'auth', token: 't3' }]);
});

test('a token that cannot be had, or is refused, in session is asked for again', async () => {
  let asked = 0;
  const it = rig(() => {
    if (++asked === 2) throw new Error('login server is down');
    return `t${asked}`;
  });
  it.connection.open();
  await later();
  it.wire.welcomes();
  it.wire.says(expires(100_000));
  await passes(it, 90_000);
  it.wire.answers({ type: 'error', code: 'unauthorized', message: 'Invalid token' }, { type: 'auth' });
  await passes(it, 10_000);

  assert.deepEqual(it.wire.hears().filter((it) => 'token' in it), [{ type: 'auth', token: 't3' }, { type: 'auth', token: 't4' }]);
});

test('a refused token is replaced once, and the second refusal is the end', async () => {
  const it = rig();
  it.connection.open();
  await later();
  it.wire.closes(1008, 'Invalid token');
  await later(1_000);
  assert.equal(it.sockets.length, 2);
  it.wire.closes(1008, 'Invalid token');

  assert.deepEqual(it.connection.state, { name: 'closed', code: 1008, reason: 'Invalid token' });
});

test('other policy closes are final, whoever could give a token', async () => {
  for (const reason of ['Too many connections', 'Flood']) {
    const it = rig();
    it.connection.open();
    await later();
    it.wire.closes(1008, reason);

    assert.equal(it.connection.state.name, 'closed');
  }
});

test('a token that is given and refused cannot be another', () => {
  const it = new Rig('ws://gateway/ws', { token: 'fixed' });
  it.connection.open();
  assert.equal(it.wire.token, 'fixed');

  it.wire.closes(1008, 'Token required');

  assert.equal(it.connection.state.name, 'closed');
});

test('who fails to give a token is asked again later', async () => {
  let attempts = 0;
  const it = rig(() => {
    if (++attempts === 1) throw new Error('login server is down');
    return 'good';
  });
  it.connection.open();
  await later();
  assert.match(it.connection.state.name === 'reconnecting' ? it.connection.state.reason : '', /login server is down/);
  await later(1_000);

  assert.deepEqual(it.sockets.map(({ token }) => token), ['good']);
});

test('a token that comes after the connection was closed opens nothing', async () => {
  let give: (token: string) => void = () => {};
  const it = rig(() => new Promise((resolve) => (give = resolve)));
  it.connection.open();
  it.connection.close();
  give('late');
  await later();

  assert.equal(it.sockets.length, 0);
});

test('renews a minute before the end, sooner where the life is short, and not in a rush where the clock is wrong', () => {
  assert.deepEqual([3_600_000, 100_000, 10_000, 0, -5_000].map(renewIn), [3_540_000, 80_000, 8_000, 30_000, 30_000]);
  assert.ok(renewIn(1e12) < 2 ** 31);
});
