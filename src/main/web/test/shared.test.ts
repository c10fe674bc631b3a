/** Tabs and the worker they share, in one process: the ports deliver at once, the locks are a map. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test, vi } from 'vitest';
import { Connection } from '../client/index.js';
import type { Options, Refusal } from '../client/index.js';
import { Hub } from '../client/shared/hub.js';
import type { FakeSocket } from './fake-socket.js';
import { message, patch, Rig, settled, told } from './rig.js';

let rig: Rig;
let hub: Hub;
/** Of each lock, what ends the tab that holds it. */
let locks: Map<string, () => void>;
let names: string[];

const wire = (): FakeSocket => rig.wire;
const hears = () => wire().hears();

interface Port {
  onmessage: ((event: MessageEvent) => void) | null;
  postMessage(data: unknown): void;
  close(): void;
}

function ports(): [Port, Port] {
  const port = (other: () => Port): Port => ({
    onmessage: null,
    postMessage: (data) => other().onmessage?.({ data: structuredClone(data) } as MessageEvent),
    close: () => {},
  });
  const here: Port = port(() => there);
  const there: Port = port(() => here);
  return [here, there];
}

beforeEach(() => {
  rig = new Rig();
  locks = new Map();
  names = [];
  hub = new Hub(() => rig.connection);
  vi.stubGlobal('location', { href: 'https://page/', origin: 'https://page' });
  vi.stubGlobal('navigator', { locks: { request: (lock: string, held: () => Promise<void>) => settled().then(held).then(() => locks.get(lock)?.()) } });
  vi.stubGlobal(
    'SharedWorker',
    class {
      readonly port: Port;
      onerror = null;
      constructor(_script: string, name: string) {
        names.push(name);
        const [here, there] = ports();
        this.port = here;
        hub.accept(there as never, (lock, end) => locks.set(lock, end));
      }
    },
  );
});
afterEach(() => vi.unstubAllGlobals());

const SCRIPT = 'https://page/fanfara.worker.js';

async function tab(options: Partial<Options> = {}): Promise<Connection> {
  const connection = new Connection('ws://gateway/ws', { shared: { script: SCRIPT }, random: () => 0.5, replyTimeoutMs: 60_000, ...options });
  connection.open();
  await settled();
  return connection;
}

/** A tab in a room that the gateway has answered for. */
async function member(room: string, joined: object, options: Partial<Options> = {}) {
  const connection = await tab(options);
  if (connection.state.name !== 'live') wire().welcomes();
  const it = connection.join(room);
  wire().admits(room, joined);
  hears();
  return { connection, room: it };
}

test('a room is joined once for all tabs, and who comes later hears at once where it stands', async () => {
  const first = await member('dash', { epoch: 'e', offset: 3, state: { a: 1 }, members: 7 });
  wire().says(patch('dash', 3, 4, { a: 2 }));

  const second = (await tab()).join('dash');
  const entries = told(second, 'joined');
  const third = (await tab()).join('dash');

  assert.equal(rig.sockets.length, 1);
  assert.deepEqual(hears(), []);
  for (const room of [first.room, second, third]) {
    assert.deepEqual([room.status, room.position, room.state], ['fresh', { epoch: 'e', offset: 4 }, { a: 2 }]);
  }
  wire().says(patch('dash', 4, 5, { a: 3 }));
  assert.deepEqual([first.room.state, second.state], [{ a: 3 }, { a: 3 }]);
  assert.equal(entries.length, 0); // it was told before anybody listened
});

test('tabs share with those of their name', async () => {
  await tab();
  await tab({ shared: { script: SCRIPT, name: 'alice' } });

  assert.deepEqual(names, ['fanfara  ws://gateway/ws', 'fanfara alice ws://gateway/ws']);
});

test('what one tab publishes the others hear, and it has its ack in that place', async () => {
  const author = await member('log', { epoch: 'e', offset: 1 });
  const other = (await tab()).join('log');
  const [own, theirs] = [told(author.room, 'message'), told(other, 'message')];

  const ack = author.room.publish('mine');
  assert.deepEqual(hears(), [{ type: 'message', room: 'log', text: 'mine', echo: true }]);
  wire().says(message('log', 2, 'before'));
  wire().says(message('log', 3, 'mine'));
  wire().says(message('log', 4, 'after'));
  wire().answers({ type: 'ack', room: 'log', epoch: 'e', offset: 3 });
  assert.equal((await ack).offset, 3);
  await settled();

  assert.deepEqual(own.map(({ text }) => text), ['before', 'after']);
  assert.deepEqual(theirs.map(({ text }) => text), ['before', 'mine', 'after']);
  assert.deepEqual([author.room.position, other.position], [{ epoch: 'e', offset: 4 }, { epoch: 'e', offset: 4 }]);
});

test('a refusal comes to the tab that asked', async () => {
  const { room } = await member('log', { epoch: 'e', offset: 1 });
  const published = room.publish('x');

  wire().answers({ type: 'error', code: 'forbidden', message: 'No' });

  await assert.rejects(published, ({ code }: Refusal) => code === 'forbidden');
});

test('a room nobody may enter is refused to everyone who waits', async () => {
  const refused: string[] = [];
  const first = await tab();
  wire().welcomes();
  for (const connection of [first, await tab()]) connection.join('secret').on('refused', ({ code }) => refused.push(code));

  wire().answers({ type: 'error', code: 'forbidden', message: 'No' });
  await settled();

  assert.deepEqual(refused, ['forbidden', 'forbidden']);
});

test('when the last tab leaves a room the connection leaves it too, however the tab went', async () => {
  const { room } = await member('log', { epoch: 'e', offset: 1 });
  const other = await tab();
  other.join('log');
  room.leave();
  assert.deepEqual(hears(), []);

  [...locks.values()][1]!();

  assert.deepEqual(hears(), [{ type: 'leave', room: 'log' }]);
  [...locks.values()][0]!();
  assert.equal(rig.connection.state.name, 'closed');
});

test('a loss is told to all tabs, and each hears what it missed', async () => {
  const { connection, room } = await member('log', { epoch: 'e', offset: 1 });
  const other = (await tab()).join('log');
  const heard = [told(room, 'message'), told(other, 'message')];

  wire().closes(1006);
  assert.equal(connection.state.name, 'reconnecting');
  assert.deepEqual([room.status, other.status], ['stale', 'stale']);
  vi.advanceTimersByTime(1_000);
  await settled();
  wire().welcomes();
  assert.deepEqual(hears(), [{ type: 'join', room: 'log', since: { epoch: 'e', offset: 1 } }]);
  assert.deepEqual([room.status, other.status], ['stale', 'stale']);
  wire().admits('log', { epoch: 'e', offset: 3, recovered: true, messages: [message('log', 2), message('log', 3)] });
  wire().says(message('log', 4));

  assert.deepEqual([room.status, other.status], ['fresh', 'fresh']);
  assert.deepEqual(heard.map((all) => all.map(({ offset }) => offset)), [[2, 3, 4], [2, 3, 4]]);
});

test('a room that began anew is told as such to all tabs', async () => {
  const { room } = await member('dash', { epoch: 'e', offset: 4, state: { a: 1 } });
  const entries = told(room, 'joined');

  wire().says({ type: 'joined', room: 'dash', epoch: 'f', offset: 1, recovered: false, state: { b: 1 } });

  assert.deepEqual([room.position, room.state, entries[0]?.recovered], [{ epoch: 'f', offset: 1 }, { b: 1 }, false]);
});

test('a tab that was reloaded goes on where it was', async () => {
  const { connection, room } = await member('log', { epoch: 'e', offset: 1 });
  (await tab()).join('log');
  const resume = connection.snapshot();
  wire().says(message('log', 2));
  connection.close();
  wire().says(message('log', 3));

  const again = (await tab({ resume })).join('log');

  assert.deepEqual([again.position, again.status, room.status], [{ epoch: 'e', offset: 3 }, 'fresh', 'stale']);
});

test('the room has the rate of the most eager tab, and a paused one catches up with the whole picture', async () => {
  const { room } = await member('dash', { epoch: 'e', offset: 1, state: { n: 1 } });
  const other = (await tab()).join('dash');
  const update = (maxRate: number) => ({ type: 'update', room: 'dash', maxRate });
  const updated = async () => {
    wire().answers({ type: 'updated', room: 'dash' }, { type: 'update' });
    await settled();
  };

  await room.setRate(0);
  assert.deepEqual(hears(), []);
  wire().says(patch('dash', 1, 2, { n: 2 }));
  assert.deepEqual([room.state, other.state], [{ n: 1 }, { n: 2 }]);
  await other.setRate(0);
  assert.deepEqual(hears(), [update(0)]);
  await updated();
  await room.setRate(5);

  assert.deepEqual(hears(), [update(5)]);
  assert.deepEqual([room.state, other.state], [{ n: 2 }, { n: 2 }]);
});

test('a final close is final for all tabs', async () => {
  const { connection } = await member('log', { epoch: 'e', offset: 1 });

  wire().closes(4503, 'Disconnected');

  assert.deepEqual(connection.state, { name: 'closed', code: 4503, reason: 'Disconnected' });
});
