import assert from 'node:assert/strict';
import { test } from 'vitest';
import { nearest, path, scale } from '../admin/scale.js';

test('ticks are round and the last is not below the most', () => {
  assert.deepEqual(scale(3_364, 100).ticks, [0, 1_000, 2_000, 3_000, 4_000]);
  assert.deepEqual(scale(0.7, 100).ticks, [0, 0.2, 0.4, 0.6, 0.8]);
  assert.deepEqual(scale(100, 100).ticks, [0, 25, 50, 75, 100]);
});

test('nothing has a scale too', () => {
  assert.deepEqual(scale(0, 100).ticks, [0, 1]);
});

test('0 is at the bottom, the most at the top, and nothing leaves the chart', () => {
  const { max, place } = scale(80, 200);
  assert.equal(max, 80);
  assert.equal(place(0), 200);
  assert.equal(place(80), 0);
  assert.equal(place(40), 100);
  assert.equal(place(-5), 200);
  assert.equal(place(1_000), 0);
});

test('the nearest point is found, the later of two', () => {
  assert.equal(nearest([], 5), -1);
  assert.equal(nearest([10, 20, 30], 14), 0);
  assert.equal(nearest([10, 20, 30], 15), 1);
  assert.equal(nearest([10, 20, 30], 99), 2);
});

test('a line is interrupted where nothing is known', () => {
  assert.equal(path([[0, 1], [1, 2], [2, null], [3, 4]]), 'M0.0 1.0L1.0 2.0M3.0 4.0');
  assert.equal(path([[0, null]]), '');
});
