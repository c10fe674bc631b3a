// Watches what the demo page says about itself while its gateway dies and comes back: node watch-demo.mjs <url>
// [screenshot.png]. Writes one line when the page is "live", when it is "stale", when it is "live" again, and when it is
// "kept" after a reload; whoever started it kills the gateway after the first line and starts it again after the second.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const FLAGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-sync'];
const DEADLINE_MS = 90_000;

const [url, screenshot] = process.argv.slice(2);
const profile = await mkdtemp(join(tmpdir(), 'fanfara-chromium-'));
setTimeout(() => process.exit(1), DEADLINE_MS).unref();

let browser;
try {
  browser = await chromium.launchPersistentContext(profile, {
    executablePath: '/usr/bin/chromium',
    headless: true,
    args: FLAGS,
    viewport: { width: 1440, height: 900 },
    timeout: 15_000,
  });
  const page = browser.pages()[0] ?? (await browser.newPage());
  page.setDefaultTimeout(DEADLINE_MS);
  page.on('pageerror', (error) => {
    console.log(`error ${error.message}`);
    process.exitCode = 1;
  });
  const moves = (points) =>
    page.waitForFunction((least) => {
      const cards = [...document.querySelectorAll('[data-points]')];
      return cards.length > 0 && cards.every(({ dataset }) => Number(dataset.points) >= least && dataset.stale === 'false');
    }, points);

  await page.goto(url);
  await moves(5);
  await page.waitForSelector('#freshness[data-state="fresh"]', { state: 'attached' });
  console.log('live');

  await page.getByRole('status').filter({ hasText: 'Stale' }).waitFor();
  if (screenshot) await page.screenshot({ path: screenshot });
  console.log('stale');

  await page.waitForSelector('#freshness[data-state="fresh"]', { state: 'attached' });
  await page.getByRole('status').filter({ hasText: 'Stale' }).waitFor({ state: 'detached' });
  await moves(10);
  console.log('live');

  const shown = await page.evaluate(() => Number(document.querySelector('.chart').dataset.shown));
  await page.reload();
  // Five come a second: a page without a past would need longer.
  const isThere = (least) => Number(document.querySelector('.chart')?.dataset.shown) >= least;
  await page.waitForFunction(isThere, shown, { timeout: 2_000 });
  console.log('kept');
} finally {
  await browser?.close().catch(() => {});
  await rm(profile, { recursive: true, force: true, maxRetries: 3 }).catch(() => {});
}
