// Listens to a room with the browser's own EventSource while its gateway goes and comes back: node watch-sse.mjs <url>
// <query>. Writes one line per event: its name, its data, and the lastEventId the browser keeps with it.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const FLAGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-sync'];
const DEADLINE_MS = 60_000;

const [url, query] = process.argv.slice(2);
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
  const page = browser.pages()[0] ?? (await browser.newPage());
  await page.goto(`${url}/api/stats`);
  await page.exposeFunction('tell', (name, data, id) => console.log(JSON.stringify({ name, data: JSON.parse(data), id })));
  const done = page.evaluate(
    (address) =>
      new Promise((resolve) => {
        const events = new EventSource(address);
        for (const name of ['joined', 'message', 'reconnect'])
          events.addEventListener(name, async ({ data, lastEventId }) => {
            await window.tell(name, data, lastEventId);
            if (JSON.parse(data).text === 'last') resolve(events.close());
          });
      }),
    `/sse?${query}`,
  );
  await done;
} finally {
  await browser?.close().catch(() => {});
  await rm(profile, { recursive: true, force: true, maxRetries: 3 }).catch(() => {});
}
