import assert from 'node:assert/strict';
import { test } from 'vitest';
import { caughtUp, freshness } from '../demo/freshness.js';

test('the charts are worth what their room is, unless no update came for two seconds', () => {
  assert.equal(freshness('fresh', 2_000, 9_000), 'fresh');
  assert.equal(freshness('fresh', 2_001, 9_000), 'stale');
  assert.equal(freshness('degraded', 100, 9_000), 'degraded');
  assert.equal(freshness('degraded', 2_001, 9_000), 'stale');
  assert.equal(freshness('stale', 100, 9_000), 'stale');
});

test('a page just opened is waiting, not behind', () => {
  assert.equal(freshness('stale', Infinity, 1_900), 'fresh');
  assert.equal(freshness('stale', Infinity, 2_100), 'stale');
});

test('what was missed is told in words, and nothing is told when nothing was', () => {
  assert.equal(caughtUp(true, 12), 'Caught up: 12 missed updates');
  assert.equal(caughtUp(true, 1), 'Caught up: 1 missed update');
  assert.equal(caughtUp(true, 0), '');
  assert.equal(caughtUp(false, undefined), 'Started anew: what was missed is not kept');
  assert.equal(caughtUp(undefined, undefined), '');
});
