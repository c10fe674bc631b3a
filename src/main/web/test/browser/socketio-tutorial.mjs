// Two tabs with the page of a Socket.IO tutorial, which knows nothing of this gateway: node socketio-tutorial.mjs <url>.
// Says "chatted" when all events went around, waits for a line while a node is killed, and says "chatted again".
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const FLAGS = [
  '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-sync',
  // The page comes from no network at all, and the gateway is on a local one.
  '--disable-features=LocalNetworkAccessChecks',
];
const DEADLINE_MS = 90_000;
const PATIENCE = { timeout: 30_000 };

const PAGE = `<!doctype html><title>Chat</title><script src="/socket.io/socket.io.js"></script><script>
  const socket = io();
  const heard = [];
  let room;
  socket.on('connect', () => socket.emit('join-room', 'lobby', (answer) => (room = answer)));
  socket.on('disconnect', () => (room = undefined));
  for (const event of ['user-joined', 'user-left', 'message', 'private-message', 'typing'])
    socket.on(event, (data) => heard.push({ event, ...data }));
</script>`;

const url = process.argv[2];
const profile = await mkdtemp(join(tmpdir(), 'fanfara-chromium-'));
setTimeout(() => process.exit(1), DEADLINE_MS).unref();

let browser;
try {
  browser = await chromium.launchPersistentContext(profile, {
    executablePath: '/usr/bin/chromium',
    headless: true,
    args: FLAGS,
    timeout: 15_000,
  });
  await browser.route('**/tutorial.html', (route) => route.fulfill({ contentType: 'text/html', body: PAGE }));
  const failures = [];
  const tab = async () => {
    const page = await browser.newPage();
    page.on('pageerror', (failure) => failures.push(String(failure)));
    await page.goto(`${url}/tutorial.html`);
    await page.waitForFunction('room !== undefined', null, PATIENCE);
    return page;
  };
  const heard = async (page, event, text) => {
    const found = await page.waitForFunction(
      ([event, text]) => heard.find((it) => it.event === event && (text === undefined || it.text === text)),
      [event, text],
      PATIENCE,
    );
    return found.jsonValue();
  };

  const ann = await tab();
  const bob = await tab();
  assert.deepEqual(await bob.evaluate('room'), { room: 'lobby', members: 2 });
  await ann.waitForFunction("heard.filter((it) => it.event === 'user-joined').length === 2", null, PATIENCE);

  await bob.evaluate("socket.emit('message', { room: 'lobby', text: 'hello' })");
  const message = await heard(ann, 'message', 'hello');
  assert.deepEqual(await heard(bob, 'message', 'hello'), message);
  assert.deepEqual(Object.keys(message).sort(), ['event', 'room', 'text', 'timestamp', 'user', 'userId']);

  await ann.evaluate((to) => socket.emit('private-message', { to, text: 'psst' }), await bob.evaluate('socket.id'));
  assert.equal((await heard(bob, 'private-message', 'psst')).from, (await heard(ann, 'user-joined')).userId);
  await bob.evaluate("socket.emit('typing', { room: 'lobby' })");
  assert.equal((await heard(ann, 'typing')).userId, message.userId);
  for (const page of [ann, bob]) await page.waitForFunction("socket.io.engine.transport.name === 'websocket'", null, PATIENCE);
  console.log('chatted');

  await once(process.stdin, 'data'); // one node less
  // What is said before the other one is back goes past it, so it is said again.
  const hears = (page) => page.evaluate("heard.some((it) => it.text === 'still here')");
  while (!(await hears(ann)) || !(await hears(bob))) {
    await ann.evaluate("socket.emit('message', { room: 'lobby', text: 'still here' })");
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  assert.deepEqual(failures, []);
  console.log('chatted again');
} finally {
  await browser?.close().catch(() => {});
  await rm(profile, { recursive: true, force: true, maxRetries: 3 }).catch(() => {});
  process.stdin.unref();
}
