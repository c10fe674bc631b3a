import assert from 'node:assert/strict';
import { test } from 'vitest';
import { Feed, type Sample } from '../demo/feed.js';
import { compact, duration } from '../demo/format.js';

function data(t: number, latency = 80) {
  return { t, values: { requests: 60, latency, errors: 0.5, cpu: 40 }, regions: { eu: 30, us: 20, ap: 10 } };
}

test('keeps a minute of samples and what is just leaving the window', () => {
  const feed = new Feed();

  for (let t = 0; t <= 100_000; t += 200) feed.add(data(t), t);

  assert.equal(feed.times[0], 38_000);
  assert.equal(feed.times.at(-1), 100_000);
  assert.ok(Object.values(feed.columns).every((column) => column.length === feed.times.length));
  assert.equal(feed.samples, 501);
});

test('history that overlaps what is known adds only the unknown', () => {
  const feed = new Feed();
  feed.add(data(1_000), 1_000);

  for (const t of [800, 1_000, 1_200]) feed.backfill(data(t));

  assert.deepEqual(feed.times, [1_000, 1_200]);
});

test('history says nothing about now', () => {
  const feed = new Feed();

  feed.backfill(data(1_000));

  assert.equal(feed.silence(1_000), Infinity);
});

test('silence breaks the line instead of bridging it', () => {
  const feed = new Feed();

  feed.add(data(1_000, 70), 1_000);
  feed.add(data(5_000, 90), 5_000);

  assert.deepEqual(feed.times, [1_000, 1_001, 5_000]);
  assert.deepEqual(feed.columns.latency, [70, null, 90]);
});

test('what is stored is the past of the next life, its silences included', () => {
  const feed = new Feed();
  for (const t of [1_000, 1_200, 5_000]) feed.add(data(t, t / 10), t);

  const next = new Feed();
  next.restore(JSON.parse(JSON.stringify(feed)));

  assert.deepEqual(next.times, feed.times);
  assert.deepEqual(next.columns, feed.columns);
  assert.equal(next.silence(5_000), Infinity);
});

test('stored nonsense is no past', () => {
  const feed = new Feed();

  const nonsense = [undefined, 7, {}, { times: 1 }, { times: [1], columns: {} }, { times: [1], columns: { cpu: 7 } }];
  for (const stored of nonsense) feed.restore(stored);

  assert.deepEqual(feed.times, []);
});

test("the right edge follows the sender's clock, not ours", () => {
  const feed = new Feed();

  feed.add(data(500_000), 20_000);

  assert.equal(feed.edge(20_100), 500_100 - 350);
});

test('a payload of another shape is ignored', () => {
  const feed = new Feed();
  const wrong: unknown[] = [undefined, null, 7, 'text', {}, { t: 1 }, { ...data(1), t: '1' }, { ...data(1), regions: null }];

  for (const payload of wrong) feed.add(payload, 1);
  feed.add({ ...data(1), values: { ...data(1).values, cpu: 'high' } satisfies Record<string, unknown> as unknown as Sample }, 1);

  assert.equal(feed.samples, 0);
  assert.equal(feed.latest('cpu'), undefined);
});

test('durations name their two largest parts', () => {
  assert.deepEqual([0, 5, 65, 3_600, 11_520, 273_912].map(duration), ['0s', '5s', '1m 5s', '1h 0m', '3h 12m', '3d 4h']);
});

test('large counts are shortened, small ones exact', () => {
  assert.deepEqual([0, 9_999, 12_345, 48_211_034].map(compact), ['0', '9,999', '12.3K', '48.2M']);
});
