/** The client in Chromium, in pages of the gateway's origin, against the real gateway. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, test } from 'vitest';
import type * as Client from '../../client/index.js';
import { AUTH, eventually, freePort, Gateway, ROOMS, token } from './gateway.js';
import { Proxy } from './proxy.js';

const FLAGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-sync', '--disable-features=LocalNetworkAccessChecks'];
const MODULE = `<!doctype html><script type="module">import * as Fanfara from '/client/fanfara.js'; window.Fanfara = Fanfara;</script>`;
const SCRIPT = '<!doctype html><script src="/client/fanfara.min.js"></script>';
const README = readFileSync('../../../README.md', 'utf8');
const DASHBOARD = /```html\n(<!doctype html>[^`]*)```/.exec(README)![1]!;
const SNIPPET = /```js\n(const connection = [^`]*`?[^`]*)```/.exec(README)![1]!;

declare global {
  /** What a page of the tests holds. */
  interface Window {
    Fanfara: typeof Client;
    connection: Client.Connection;
    room: Client.Room;
    heard: unknown[];
    joins: Client.JoinedEvent[];
    wants: number;
  }
}

let browser: Browser;
let context: BrowserContext;
let gateway: Gateway;
let unique = 0;
let failures: string[];

beforeAll(async () => {
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: FLAGS });
  gateway = await Gateway.start();
});
afterAll(async () => {
  await browser.close();
  await Gateway.stopAll();
});

beforeEach(async () => {
  failures = [];
  context = await browser.newContext();
  for (const [file, body] of Object.entries({ module: MODULE, script: SCRIPT, dashboard: DASHBOARD })) {
    await context.route(`**/${file}.html`, (route) => route.fulfill({ contentType: 'text/html', body }));
  }
});
afterEach(async () => {
  await context.close();
  assert.deepEqual(failures, []);
});

async function open(origin: string, file = 'module.html'): Promise<Page> {
  const page = await context.newPage();
  page.on('pageerror', (failure) => failures.push(failure.message));
  await page.goto(`${origin}/${file}`);
  if (file === 'module.html' || file === 'script.html') await page.waitForFunction(() => 'Fanfara' in window);
  return page;
}

/** Connects, joins, and keeps what is heard: numbers and texts of messages, and in a state room its `n`. */
async function join(page: Page, room: string, options: object = {}, endpoints?: string[]): Promise<Page> {
  await page.evaluate(
    ([room, options, endpoints]) => {
      window.heard = [];
      window.joins = [];
      window.connection = window.Fanfara.connect(endpoints, options);
      window.room = window.connection.join(room);
      window.room.on('joined', (joined) => window.joins.push(joined));
      window.room.on('message', ({ text, data }) => window.heard.push(text ?? data));
      window.room.on('state', ({ n }) => window.heard.push(n));
    },
    [room, options, endpoints] as const,
  );
  await status(page, 'fresh');
  return page;
}

const transport = (page: Page) =>
  page.evaluate(() => window.connection.state.name === 'live' && window.connection.state.transport);

const name = (mode: string) => `${mode}:${++unique}`;
const heard = (page: Page) => page.evaluate(() => window.heard);
const status = (page: Page, wanted: Client.RoomStatus) => page.waitForFunction((it) => window.room.status === it, wanted);
const hears = (page: Page, ...all: unknown[]) => eventually(() => heard(page), (it) => JSON.stringify(it) === JSON.stringify(all));
const count = (to: number) => Array.from({ length: to }, (_, i) => i + 1);

test('two tabs chat, one with the module and one with the script', async () => {
  const room = name('chat');
  const alice = await join(await open(gateway.url), room);
  const bob = await join(await open(gateway.url, 'script.html'), room);

  await alice.evaluate(() => window.room.publish('hello'));
  await hears(bob, 'hello');
  await bob.evaluate(() => window.room.publish('hi'));
  await hears(alice, 'hi');

  assert.deepEqual(await heard(bob), ['hello']);
  assert.deepEqual([await transport(alice), await transport(bob)], ['websocket', 'websocket']);
});

test('a gateway that is killed and started again is found again', async () => {
  const port = await freePort();
  let mortal = await Gateway.start({}, port);
  const room = name('dash');
  const page = await join(await open(mortal.url), room);
  await mortal.publish(room, { data: { n: 1 } });
  await hears(page, null, 1);

  await mortal.kill();
  await status(page, 'stale');
  mortal = await Gateway.start({}, port);
  await mortal.publish(room, { data: { n: 2 } });

  await status(page, 'fresh');
  await eventually(() => heard(page), (it) => it.at(-1) === 2);
  assert.equal(await page.evaluate(() => window.joins.at(-1)?.recovered), false);
  await mortal.kill();
});

test('a node of two that is killed takes no value with it', async () => {
  const ports = [await freePort(), await freePort(), await freePort(), await freePort()] as const;
  const urls = ports.slice(0, 2).map((port) => `http://127.0.0.1:${port}`);
  const start = (node: 0 | 1) => {
    const members = ports.slice(2).map((port) => `127.0.0.1:${port}`);
    const cluster = { enabled: true, port: ports[node + 2], eventBusPort: 0, discovery: { type: 'members', members } };
    return Gateway.start({ cluster, server: { allowedOrigins: urls } }, ports[node]);
  };
  const first = await start(0);
  const second = await start(1);
  const room = name('log');
  const page = await join(await open(urls[0]!), room, {}, urls);

  let published = 0;
  let isDone = false;
  const publishing = (async () => {
    while (!isDone) {
      await second.publish(room, { data: published + 1, key: `${published + 1}` }).then(
        () => published++,
        () => {}, // for a moment nobody may be there to answer for the room; the key makes it safe to ask again
      );
    }
  })();
  await eventually(() => heard(page), (it) => it.length > 20);
  await first.kill();
  const atDeath = published;
  await eventually(() => page.evaluate(() => window.joins.length), (joins) => joins > 1);
  await eventually(() => published, (all) => all > atDeath + 20);
  isDone = true;
  await publishing;

  await hears(page, ...count(published));
  assert.equal(await page.evaluate(() => window.joins.at(-1)?.recovered), true);
  await second.kill();
});

test('a page whose WebSockets are blocked gets everything by a stream', async () => {
  const proxy = await Proxy.start(gateway.port);
  const room = name('log');
  const page = await join(await open(proxy.url), room);
  const other = await join(await open(gateway.url), room);
  assert.equal(await transport(page), 'sse');

  for (const n of count(20)) await gateway.publish(room, { data: n });
  await page.evaluate(() => window.room.publish('mine'));
  proxy.cut();
  for (const n of count(20)) await gateway.publish(room, { data: n + 20 });

  await hears(page, ...count(40));
  await hears(other, ...count(20), 'mine', ...count(20).map((n) => n + 20));
  await proxy.stop();
});

test('tabs share one connection, and what is said in one is heard in the others', async () => {
  const before = await gateway.metric('websocket_connections');
  const dash = name('dash');
  await gateway.publish(dash, { data: { n: 1 } });
  const one = await join(await open(gateway.url), dash, { shared: true });
  const two = await join(await open(gateway.url), dash, { shared: true });
  assert.equal((await gateway.metric('websocket_connections')) - before, 1);

  await gateway.publish(dash, { data: { n: 2 } });
  const ack = await one.evaluate(() => window.room.publish({ data: { n: 3 } }));
  const third = await join(await open(gateway.url, 'script.html'), dash, { shared: true });

  await hears(one, 1, 2, 3);
  await hears(two, 1, 2, 3);
  await hears(third, 3);
  assert.equal(ack.offset, 3);
  assert.deepEqual(await third.evaluate(() => window.room.position?.offset), 3);
  assert.equal((await gateway.metric('websocket_connections')) - before, 1);

  const log = name('log');
  for (const page of [one, two]) {
    await page.evaluate((room) => {
      window.heard = [];
      const log = window.connection.join(room);
      log.on('message', ({ text }) => window.heard.push(text));
      return new Promise((joined) => log.on('joined', joined));
    }, log);
  }
  await two.close();
  await one.evaluate(() => window.connection.request({ type: 'ping' }));
  await gateway.publish(log, { text: 'still here' });
  await hears(one, 'still here');
  await one.evaluate(() => window.connection.close());
  await third.evaluate(() => window.room.publish({ data: { n: 4 } }));
  await hears(third, 3, 4);
  await eventually(() => gateway.metric('fanfara_members'), (members) => members === 1);
});

test('a shared connection is lost and found for all of its tabs, with nothing missing', async () => {
  const proxy = await Proxy.start(gateway.port);
  proxy.treatment = 'pass';
  const log = name('log');
  const tabs = [await open(proxy.url), await open(proxy.url)];
  for (const tab of tabs) await join(tab, log, { shared: { name: 'lost' } });
  for (const n of count(5)) await gateway.publish(log, { data: n });

  proxy.cut();
  for (const n of count(5)) await gateway.publish(log, { data: n + 5 });

  for (const tab of tabs) await hears(tab, ...count(10));
  assert.equal(proxy.upgrades, 2);
  assert.deepEqual(await tabs[0]!.evaluate(() => window.joins.map(({ recovered }) => recovered ?? 'first')), ['first', true]);
  await proxy.stop();
});

test('the worker asks a tab for a token, and another when that one is gone', async () => {
  const closed = await Gateway.start({ auth: AUTH });
  const room = name('log');
  const tabs = [await open(closed.url), await open(closed.url)];
  for (const tab of tabs) {
    await tab.exposeFunction('mint', () => token('alice', 3));
    await tab.evaluate((room) => {
      window.wants = 0;
      const mint = (window as unknown as { mint: () => Promise<string> }).mint;
      window.connection = window.Fanfara.connect('/', { shared: true, token: () => (window.wants++, mint()) });
      window.room = window.connection.join(room);
    }, room);
    await status(tab, 'fresh');
  }
  const wants = (tab: Page) => tab.evaluate(() => window.wants);

  const [first, second] = tabs as [Page, Page];
  await eventually(() => wants(second), (times) => times >= 1);
  await second.close();
  const before = await wants(first);
  await eventually(() => wants(first), (times) => times >= before + 2);

  assert.equal(await first.evaluate(() => window.room.status), 'fresh');
  assert.equal(await closed.metric('websocket_connections'), 1);
  await closed.kill();
});

test('where there is no worker to share, a tab has a connection of its own', async () => {
  const page = await open(gateway.url);
  await join(page, name('log'), { shared: { script: '/nowhere.js' } });
  await join(page, name('log'), { shared: { script: 'https://elsewhere.example.com/fanfara.worker.js' } });
});

for (const wire of ['websocket', 'sse'] as const) test(`a hidden page gets nothing of a state, and catches up when it is looked at, over ${wire}`, async () => {
  const proxy = await Proxy.start(gateway.port);
  proxy.treatment = wire === 'sse' ? 'refuse' : 'pass';
  const room = name('dash');
  const page = await join(await open(proxy.url), room, { pauseHiddenMs: 50 });
  assert.equal(await transport(page), wire);
  const hide = (hidden: boolean) =>
    page.evaluate((hidden) => {
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
      document.dispatchEvent(new Event('visibilitychange'));
    }, hidden);
  await gateway.publish(room, { data: { n: 0 } });
  await hears(page, null, 0);

  await hide(true);
  await status(page, 'stale');
  for (const n of count(50)) await gateway.publish(room, { data: { n } });
  const ping = await page.evaluate(() => window.connection.request({ type: 'ping' }).then(() => window.heard.length));
  assert.equal(ping, 2, JSON.stringify(await heard(page)));
  await hide(false);

  await status(page, 'fresh');
  await hears(page, null, 0, 50);
  await proxy.stop();
});

test("the README's example runs", async () => {
  const endpoints = /\['https:[^\]]*'\]/;
  assert.match(SNIPPET, endpoints);
  const script = `import { connect } from '/client/fanfara.js'; const userId = 'alice'; window.said = [];
    console.log = (...all) => window.said.push(all.join(' ')); ${SNIPPET.replace(endpoints, 'undefined')}; window.done = true;`;
  await context.route('**/example.html', (route) =>
    route.fulfill({ contentType: 'text/html', body: `<!doctype html><script type="module">${script}</script>` }),
  );
  await context.route('**/token', (route) => route.fulfill({ body: token('alice', 60) }));
  const closed = await Gateway.start({ auth: AUTH, rooms: [{ match: '**', mode: 'log' }] });

  const page = await open(closed.url, 'example.html');
  await page.waitForFunction(() => 'done' in window);

  assert.deepEqual(await page.evaluate(() => (window as unknown as { said: unknown }).said), ['live', ' ', 'closed']);
  await closed.kill();
});

test("the README's dashboard shows what the README publishes", async () => {
  assert.equal(DASHBOARD.trim().split('\n').length, 10);
  const page = await open(gateway.url, 'dashboard.html');
  const patch = (data: object) =>
    fetch(`${gateway.url}/api/rooms/dash:shop/state`, {
      method: 'PATCH',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(data),
    });

  await patch({ orders: 17, open: { eu: 3 } });
  await page.getByText('Orders: 17, open in Europe: 3').waitFor();
  await patch({ open: { eu: 4 } });
  await page.getByText('Orders: 17, open in Europe: 4').waitFor();

  assert.deepEqual(ROOMS.at(1), { match: 'dash:**', mode: 'state' });
});
