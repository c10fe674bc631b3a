/** Where no WebSocket gets through: the client in Node, through a proxy, against the real gateway. */
import assert from 'node:assert/strict';
import { afterAll, afterEach, beforeAll, beforeEach, test } from 'vitest';
import { WebSocket } from 'ws';
import { connect } from '../../client/index.js';
import type { Connection, Options, Refusal, Room, Socket } from '../../client/index.js';
import { cursor } from '../../client/cursor.js';
import { AUTH, eventually, Gateway, token } from './gateway.js';
import { Proxy } from './proxy.js';

let gateway: Gateway;
let proxy: Proxy;
let connections: Connection[];
let unique = 0;

beforeAll(async () => {
  gateway = await Gateway.start();
});
afterAll(() => Gateway.stopAll());

beforeEach(async () => {
  connections = [];
  proxy = await Proxy.start(gateway.port);
});
afterEach(async () => {
  for (const connection of connections) connection.close();
  await proxy.stop();
});

function open(url: string, options: Partial<Options> = {}): Connection {
  const socket = (to: string, token?: string) =>
    new WebSocket(to, token === undefined ? [] : ['fanfara.v1', `bearer.${token}`]) as unknown as Socket;
  const connection = connect(url, { socket, random: () => 0.1, ...options });
  connections.push(connection);
  return connection;
}

const name = (mode: string) => `${mode}:${++unique}`;
const transport = ({ state }: Connection) => (state.name === 'live' ? state.transport : state.name);
const fresh = (...rooms: Room[]) => eventually(() => rooms.map(({ status }) => status), (all) => all.every((it) => it === 'fresh'));

function heard(room: Room): unknown[] {
  const texts: unknown[] = [];
  room.on('message', ({ text }) => texts.push(text));
  return texts;
}

for (const treatment of ['refuse', 'cut'] as const) {
  test(`all comes by a stream where WebSockets are ${treatment === 'cut' ? 'cut' : 'refused'}`, async () => {
    proxy.treatment = treatment;
    const connection = open(proxy.url);
    const log = connection.join(name('log'));
    const dash = connection.join(name('dash'));
    const texts = heard(log);
    await eventually(() => transport(connection), (it) => it === 'sse');
    await fresh(log, dash);

    await gateway.publish(log.name, { text: 'one' });
    await gateway.publish(dash.name, { data: { a: 1, b: 1 } });
    await gateway.publish(dash.name, { data: { b: null } });

    await eventually(() => [texts, dash.state], ([said, state]) => (said as string[]).length === 1 && JSON.stringify(state) === '{"a":1}');
  });
}

test('from WebSocket to stream and back, nothing is lost or comes twice', async () => {
  proxy.treatment = 'pass';
  const connection = open(proxy.url);
  const log = connection.join(name('log'));
  const dash = connection.join(name('dash'));
  const numbers: unknown[] = [];
  const states: number[] = [];
  log.on('message', ({ data }) => numbers.push(data));
  dash.on('state', ({ n = 0 }) => states.push(Number(n)));
  await fresh(log, dash);
  assert.equal(transport(connection), 'websocket');

  let published = 0;
  let isDone = false;
  const publishing = (async () => {
    while (!isDone) {
      const n = ++published;
      await gateway.publish(log.name, { data: n });
      await gateway.publish(dash.name, { data: { n } });
    }
  })();
  proxy.treatment = 'refuse';
  proxy.cut();
  await eventually(() => transport(connection), (it) => it === 'sse');
  proxy.cut();
  await eventually(() => transport(connection), (it) => it === 'reconnecting');
  await eventually(() => transport(connection), (it) => it === 'sse');
  proxy.treatment = 'pass';
  await eventually(() => transport(connection), (it) => it === 'websocket');
  isDone = true;
  await publishing;
  await eventually(() => numbers.length, (count) => count >= published);
  await eventually(() => dash.state?.n, (n) => n === published);

  assert.deepEqual(numbers, Array.from({ length: published }, (_, i) => i + 1));
  assert.deepEqual(states, [...states].sort((a, b) => a - b));
});

test('what is published by HTTP is acknowledged in its place and not heard by its author', async () => {
  const author = open(proxy.url);
  const other = open(gateway.url);
  const rooms = ['log', 'dash', 'plain'].map(name);
  const [log, dash, plain] = rooms.map((it) => author.join(it)) as [Room, Room, Room];
  const [logThere, dashThere, plainThere] = rooms.map((it) => other.join(it)) as [Room, Room, Room];
  const own = [...[log, plain].map(heard)];
  const theirs = [logThere, plainThere].map(heard);
  const patches: unknown[] = [];
  dash.on('patch', (patch) => patches.push(patch));
  await fresh(log, dash, plain, logThere, dashThere, plainThere);
  assert.equal(transport(author), 'sse');

  const acks = await Promise.all([
    ...['a', 'b', 'c'].map((text) => log.publish(text)),
    dash.publish({ data: { mine: 1 } }),
    plain.publish('said'),
    log.publish('heard', { echo: true }),
    log.publish('keyed', { key: 'k' }),
  ]);
  const again = await log.publish('keyed', { key: 'k' });
  await logThere.publish('theirs');
  await eventually(() => own[0]!.length, (count) => count >= 2);

  assert.deepEqual(acks.map(({ offset }) => offset), [1, 2, 3, 1, undefined, 4, 5]);
  assert.deepEqual([again.offset, again.duplicate], [5, true]);
  assert.deepEqual(own, [['heard', 'theirs'], []]);
  assert.deepEqual(patches, []);
  assert.deepEqual(dash.state, { mine: 1 });
  await eventually(() => theirs, ([logs, plains]) => logs!.length === 5 && plains!.length === 1);
  assert.deepEqual(theirs, [['a', 'b', 'c', 'heard', 'keyed'], ['said']]);
  assert.deepEqual([log.position, logThere.position], [log.position, log.position]);
});

test('a room that is refused costs the others nothing', async () => {
  const connection = open(proxy.url);
  const log = connection.join(name('log'));
  const refused: string[] = [];
  for (const room of ['secret', 'not a room']) connection.join(room).on('refused', ({ code }: Refusal) => refused.push(code));
  await fresh(log);

  await eventually(() => refused, (codes) => codes.length === 2);
  const late = connection.join(name('log'));
  await fresh(late, log);

  assert.deepEqual(refused.sort(), ['bad-request', 'forbidden']);
  await assert.rejects(log.publish({ data: 'x'.repeat(70_000) }), ({ code }: Refusal) => code === 'too-large');
});

test('rooms come and go on one stream; history comes with the join', async () => {
  const connection = open(proxy.url);
  const first = connection.join(name('log'));
  await fresh(first);
  const second = name('log');
  for (const text of ['1', '2', '3']) await gateway.publish(second, { text });

  const late = connection.join(second, { history: 2 });
  const texts = heard(late);
  await eventually(() => texts, (all) => all.length === 2);
  const { messages } = await late.history({ limit: 1 });
  first.leave();
  await gateway.publish(second, { text: '4' });
  await eventually(() => texts, (all) => all.length === 3);

  assert.deepEqual(texts, ['2', '3', '4']);
  assert.deepEqual(messages.map((it) => 'text' in it && it.text), ['3']);
  const counts = () => Promise.all(['fanfara_connections{transport="sse"}', 'fanfara_members'].map((it) => gateway.metric(it)));
  await eventually(counts, (all) => all.join() === '1,1');
});

test('the cursor is the one the gateway would write', async () => {
  const log = name('log');
  const { epoch, offset } = (await gateway.publish(log, { text: 'x' })) as { epoch: string; offset: number };
  const abort = new AbortController();
  const response = await fetch(`${gateway.url}/sse?room=${log}&room=plain`, { signal: abort.signal });
  let said = '';
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    said += chunk;
    if (/^id: (.*)$/m.test(said) && said.match(/event: joined/g)?.length === 2) break;
  }

  const ours = cursor([[log, { epoch, offset }], ['plain', undefined]]);
  assert.equal(said.match(/^id: (.*)$/gm)?.at(-1), `id: ${ours}`);
});

test('a token is renewed in session, over both wires', async () => {
  const closed = await Gateway.start({ auth: AUTH });
  const behind = await Proxy.start(closed.port);
  for (const url of [closed.url, behind.url]) {
    const connection = open(url, { token: () => token('alice', 3) });
    const log = connection.join(name('log'));
    const users: string[] = [];
    connection.on('authenticated', ({ user }) => users.push(user));
    const states: string[] = [];
    await fresh(log);
    connection.on('state', ({ name }) => states.push(name));

    await eventually(() => users.length, (count) => count >= 3);

    assert.deepEqual([states, new Set(users)], [[], new Set(['alice'])]);
    connection.close();
  }
  await behind.stop();
  await closed.kill();
});

test('a token that is wrong ends the connection, by whatever wire it is shown', async () => {
  const closed = await Gateway.start({ auth: AUTH });
  const behind = await Proxy.start(closed.port);
  for (const url of [closed.url, behind.url]) {
    const connection = open(url, { token: 'wrong' });
    connection.join(name('log'));

    const state = await eventually(() => connection.state, ({ name }) => name === 'closed');

    assert.deepEqual(state, { name: 'closed', code: 1008, reason: 'Invalid token' });
  }
  await behind.stop();
  await closed.kill();
});
