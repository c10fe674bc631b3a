import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'vitest';
import { WebSocket } from 'ws';
import { connect } from '../client/index.js';
import type { Connection, Options, Room, RoomEvents, Socket, State } from '../client/index.js';
import { Cluster, Node } from './fake-gateway.js';

let cluster: Cluster;
let a: Node;
let b: Node;
let connections: Connection[];

beforeEach(async () => {
  cluster = new Cluster();
  cluster.publish({ n: 0 });
  a = await Node.start(cluster, 'a');
  b = await Node.start(cluster, 'b');
  connections = [];
});

afterEach(async () => {
  for (const connection of connections) connection.close();
  for (const node of [...cluster.nodes]) await node.kill();
});

function open(endpoints: string | string[], options: Partial<Options> = {}): Connection {
  const socket = (url: string) => new WebSocket(url) as unknown as Socket;
  const connection = connect(endpoints, { socket, random: () => 0.1, ...options });
  connections.push(connection);
  return connection;
}

function next<E extends keyof RoomEvents>(room: Room, event: E, matches: (value: RoomEvents[E]) => boolean = () => true) {
  return new Promise<RoomEvents[E]>((resolve) => room.on(event, (value) => matches(value) && resolve(value)));
}

const becomes = (connection: Connection, name: State['name']) =>
  new Promise<State>((resolve) => connection.on('state', (state) => state.name === name && resolve(state)));

/** Publishes 1, 2, 3, … until `last`, so fast that many fall into any silence. */
async function count(last: number): Promise<void> {
  for (let n = cluster.offset; n <= last; n++) {
    cluster.publish({ n, odd: n % 2 ? true : null });
    if (n % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test('joins, hears its own echo, and gets the ack', { timeout: 5_000 }, async () => {
  const lobby = open(a.url).join('lobby');
  await next(lobby, 'joined');

  const echo = next(lobby, 'message');
  await lobby.publish({ text: 'hello' }, { echo: true });

  assert.equal((await echo).text, 'hello');
});

test('a killed node costs no update: every one comes once, in order, from the next', { timeout: 10_000 }, async () => {
  const connection = open([a.url, b.url]);
  const dash = connection.join('dash');
  const heard: unknown[] = [];
  dash.on('patch', ({ data }) => heard.push(data.n));
  await next(dash, 'joined');

  const counted = count(600);
  setTimeout(() => void a.kill(), 40);
  const [again] = await Promise.all([next(dash, 'joined'), counted]);
  if (dash.position?.offset !== cluster.offset) await next(dash, 'state', ({ n }) => n === 600);

  assert.equal(again.recovered, true);
  assert.deepEqual(heard, Array.from({ length: 600 }, (_, i) => i + 1));
  assert.deepEqual(dash.state, { n: 600 });
  assert.equal(connection.state.name === 'live' && connection.state.welcome.node, 'b');
});

test('survives the only gateway being killed and started again', { timeout: 10_000 }, async () => {
  const connection = open(a.url);
  const dash = connection.join('dash');
  await next(dash, 'joined');
  const { port } = a;

  const lost = next(dash, 'status', (status) => status === 'stale');
  await a.kill();
  await lost;
  cluster.publish({ n: 1 });
  const again = next(dash, 'joined');
  await Node.start(cluster, 'a2', port);

  assert.deepEqual([(await again).recovered, (await again).missed], [true, 1]);
  assert.equal(dash.status, 'fresh');
});

test('a reload loses no value: the next page goes on from the snapshot of the last', { timeout: 5_000 }, async () => {
  const before = open(a.url);
  await next(before.join('dash'), 'joined');
  cluster.publish({ n: 1, gone: true });
  await next(before.join('lobby'), 'joined');
  const stored = JSON.stringify(before.snapshot());
  before.close();
  cluster.publish({ n: 2, gone: null });
  cluster.publish({ n: 3 });

  const dash = open(b.url, { resume: JSON.parse(stored) }).join('dash');
  const heard: unknown[] = [];
  dash.on('patch', ({ data, replay }) => heard.push([data.n, replay]));
  const { missed } = await next(dash, 'joined');

  assert.equal(missed, 2);
  assert.deepEqual(heard, [[2, true], [3, true]]);
  assert.deepEqual(dash.state, { n: 3 });
});

test('a message with a key survives the node that took it and died before the ack', { timeout: 10_000 }, async () => {
  const dash = open([a.url, b.url]).join('dash');
  await next(dash, 'joined');
  a.swallow = () => void a.kill();

  const ack = await dash.publish({ data: { mine: 1 } }, { key: 'k1' });

  assert.deepEqual([ack.offset, ack.duplicate], [2, true]);
  assert.equal(cluster.offset, 2);
  assert.deepEqual(dash.state, { n: 0, mine: 1 });
});

test('a cluster that began anew is told, and its state replaces ours', { timeout: 10_000 }, async () => {
  const dash = open([a.url, b.url]).join('dash');
  await next(dash, 'joined');
  Object.assign(cluster, { epoch: 'e2', offset: 1, state: { fresh: true }, patches: [] });

  await a.kill();
  const { recovered } = await next(dash, 'joined');

  assert.equal(recovered, false);
  assert.deepEqual([dash.state, dash.position], [{ fresh: true }, { epoch: 'e2', offset: 1 }]);
});

test('a close code crosses the wire: 4503 stops the connection', { timeout: 5_000 }, async () => {
  const connection = open(a.url);
  await becomes(connection, 'live');

  const closed = becomes(connection, 'closed');
  for (const client of a.clients) client.close(4503, 'Disconnected');

  assert.deepEqual(await closed, { name: 'closed', code: 4503, reason: 'Disconnected' });
});
