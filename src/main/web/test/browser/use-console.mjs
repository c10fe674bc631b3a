// Uses the console as an operator would: node use-console.mjs <management-url> <token> <room> <user>. The room keeps a log,
// with a hostile message in it, and the user is a member. Prints one line of JSON; exits 0 if all went well.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-sync',
  '--disable-features=LocalNetworkAccessChecks',
];
const DEADLINE_MS = 90_000;

const [url, token, room, user] = process.argv.slice(2);
const errors = [];
const steps = [];
const profile = await mkdtemp(join(tmpdir(), 'fanfara-chromium-'));
let browser;

function report() {
  console.log(JSON.stringify({ ok: errors.length === 0, steps, errors }));
  process.exitCode = errors.length === 0 ? 0 : 1;
}

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
    viewport: { width: 390, height: 844 },
    timeout: 15_000,
  });
  const page = browser.pages()[0] ?? (await browser.newPage());
  page.setDefaultTimeout(15_000);
  let locked = true;
  page.on('console', (line) => {
    // Before the login the gateway says 401, which Chromium tells the console of.
    if (line.type() === 'error' && !(locked && line.text().includes('401'))) errors.push(`console: ${line.text()}`);
  });
  page.on('pageerror', (error) => errors.push(`page: ${error.message}`));
  page.on('dialog', (dialog) => {
    errors.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(`${url}/admin/`) && !request.url().startsWith('data:')) errors.push(`elsewhere: ${request.url()}`);
  });
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation', (event) => console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));
  });

  const step = async (name, work) => {
    await work();
    steps.push(name);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (over > 0) errors.push(`${name}: ${over} px wider than the screen`);
  };
  const text = (wanted) => page.getByText(wanted, { exact: true }).first().waitFor();

  await step('a wrong token is refused', async () => {
    await page.goto(`${url}/admin/`);
    await page.getByLabel('Admin token').fill('not-the-token');
    await page.getByRole('button', { name: 'Log in' }).click();
    await text('Invalid credentials');
  });
  await step('the overview shows both nodes', async () => {
    await page.getByLabel('Admin token').fill(token);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.locator('.node .pill[data-state=good]').nth(1).waitFor();
    locked = false;
    await page.locator('.chart .curve[d^=M]').first().waitFor({ state: 'attached' });
  });
  await step('the room is found by the beginning of its name', async () => {
    await page.getByRole('link', { name: 'Rooms' }).click();
    await page.getByLabel('Names that begin with').fill(room.slice(0, 6));
    await page.getByRole('link', { name: room, exact: true }).click();
  });
  const hostile = '<img src=x onerror=alert(1)>';
  await step('what strangers said is text', async () => {
    await page.getByRole('list', { name: 'History' }).getByText(hostile).waitFor();
    await page.getByRole('log').getByText(hostile).waitFor();
    if ((await page.locator('main img').count()) > 0) errors.push('a message became an image');
  });
  await step('the room is watched live, and spoken to', async () => {
    await page.locator('.live .pill[data-state=good]').waitFor();
    await page.getByLabel('Publish', { exact: true }).fill('from the console');
    await page.getByRole('button', { name: 'Publish' }).click();
    await page.getByRole('log').getByText('from the console').waitFor();
  });
  await step('a pause holds what comes', async () => {
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByLabel('Publish', { exact: true }).fill('unseen');
    await page.getByRole('button', { name: 'Publish' }).click();
    await text('paused, 1 missed');
    await page.getByRole('button', { name: 'Go on' }).click();
  });
  await step('a member is kicked, after a question', async () => {
    await page.getByRole('button', { name: `Disconnect ${user}` }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Disconnect' }).click();
    await text('Nobody is here.');
  });
  await step('a reload keeps the view and the login', async () => {
    await page.reload();
    await page.getByRole('heading', { name: room }).waitFor();
  });
  await step('the configuration hides its secrets', async () => {
    await page.getByRole('link', { name: 'Configuration' }).click();
    await page.getByText('in force since the start').first().waitFor();
    await page.getByText('adminToken:').waitFor();
    if ((await page.content()).includes(token)) errors.push('the page holds the token');
  });
  await step('what a document would change is told', async () => {
    await page.getByLabel('One for all nodes, written like the whole file').fill('{ "logging": { "level": "warn" } }');
    await page.getByRole('button', { name: 'Plan' }).click();
    await text('/logging/level');
    await page.getByRole('button', { name: 'Apply', exact: true, disabled: false }).waitFor();
  });
  await step('who logs out is asked again', async () => {
    locked = true;
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByLabel('Admin token').waitFor();
    if (await page.evaluate(() => sessionStorage.length)) errors.push('the token is still there');
  });
} catch (failure) {
  errors.push(String(failure?.message ?? failure));
} finally {
  report();
  await browser?.close().catch(() => {});
  await rm(profile, { recursive: true, force: true, maxRetries: 3 }).catch(() => {});
}
