import assert from 'node:assert/strict';
import { test } from 'vitest';
import { backoff, isFinal, retryAfter } from '../client/reconnect.js';

test('stops after the closes the contract calls final, and only after these', () => {
  const standard = [1000, 1001, 1002, 1003, 1005, 1006, 1007, 1008, 1009, 1011, 1013];
  const codes = [...standard, 4000, 4001, 4002, 4003, 4010, 4016, 4499, 4500, 4503, 4999];

  const final = codes.filter(isFinal);

  assert.deepEqual(final, [1000, 1002, 1003, 1007, 1008, 1009, 4500, 4503, 4999]);
});

test('the limit of the wait grows by half from 1 to 30 seconds', () => {
  const limits = [0, 1, 2, 3, 8, 9, 1_000_000].map((failures) => backoff(failures, () => 1));

  assert.deepEqual(limits, [1_000, 1_500, 2_250, 3_375, 25_629, 30_000, 30_000]);
});

test('the wait is anything below its limit', () => {
  const waits = Array.from({ length: 500 }, () => backoff(3, Math.random));

  assert.ok(waits.every((wait) => wait >= 0 && wait <= 3_375));
  assert.ok(Math.min(...waits) < 500 && Math.max(...waits) > 2_900);
});

test('reads the wait from the reason of an overloaded gateway, however it is written', () => {
  assert.equal(retryAfter('Overloaded, retryAfter=1500'), 1500);
  assert.equal(retryAfter('{"retryAfter": 250}'), 250);
  assert.equal(retryAfter('Overloaded'), 0);
});
