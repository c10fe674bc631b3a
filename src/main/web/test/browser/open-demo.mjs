// Opens the demo page of a running gateway in Chromium, waits until everything on it moves, says something in the chat,
// and takes a picture: node open-demo.mjs <base-url> <screenshot.png> [points]. Prints one line of JSON; exits 0 if all
// went well. Charts full of points (290 take a minute) make the picture of the README.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const CHARTS = 4;
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const [base, screenshot, least = '20'] = process.argv.slice(2);
const POINTS = Number(least);
const DEADLINE_MS = 30_000 + POINTS * 220; // five come a second
if (!base || !screenshot) {
  console.error('usage: node open-demo.mjs <base-url> <screenshot.png>');
  process.exit(2);
}

const errors = [];
let points = 0;
const profile = await mkdtemp(join(tmpdir(), 'fanfara-chromium-'));
let browser;

function report() {
  const ok = errors.length === 0 && points >= POINTS;
  console.log(JSON.stringify({ ok, points, errors }));
  process.exitCode = ok ? 0 : 1;
}

// The last resort, should the browser itself hang: the caller gets its line and its exit code in time.
setTimeout(() => {
  errors.push(`not done within ${DEADLINE_MS} ms`);
  report();
  process.exit();
}, DEADLINE_MS).unref();

try {
  browser = await chromium.launchPersistentContext(profile, {
    executablePath: '/usr/bin/chromium',
    headless: true,
    args: FLAGS,
    viewport: { width: 1440, height: 900 },
    colorScheme: 'dark',
    timeout: 15_000,
  });
  const page = browser.pages()[0] ?? (await browser.newPage());
  page.setDefaultTimeout(DEADLINE_MS - 4_000);
  page.on('console', (line) => line.type() === 'error' && errors.push(`console: ${line.text()}`));
  page.on('pageerror', (error) => errors.push(`page: ${error.message}`));
  page.on('requestfailed', (request) => errors.push(`request: ${request.url()} ${request.failure()?.errorText}`));
  page.on('response', (response) => response.status() >= 400 && errors.push(`${response.status()}: ${response.url()}`));
  await page.addInitScript(() =>
    addEventListener('securitypolicyviolation', (event) =>
      console.error(`CSP ${event.violatedDirective} blocked ${event.blockedURI || 'inline'}`),
    ),
  );

  await page.goto(base);
  await page.waitForSelector('#state[data-state="live"]');
  await page.waitForFunction(
    ([charts, least]) => {
      const cards = [...document.querySelectorAll('[data-points]')];
      return cards.length === charts && cards.every((card) => Number(card.dataset.points) >= least && card.dataset.stale === 'false');
    },
    [CHARTS, POINTS],
  );
  const text = `hello from ${process.pid} <b>as text</b>`;
  await page.fill('#text', text);
  await page.press('#text', 'Enter');
  await page.locator('#log .own .said', { hasText: text }).waitFor();
  await page.waitForFunction(() => document.getElementById('rtt')?.textContent?.endsWith('ms'));
  await page.waitForFunction(() => Number(document.getElementById('nodes')?.textContent) >= 1);
  points = await page.evaluate(() => Math.min(...[...document.querySelectorAll('[data-points]')].map((card) => Number(card.dataset.points))));
  await page.screenshot({ path: screenshot });
} catch (failure) {
  errors.push(String(failure.message ?? failure));
} finally {
  report();
  await browser?.close().catch(() => {});
  await rm(profile, { recursive: true, force: true, maxRetries: 3 }).catch(() => {});
}
