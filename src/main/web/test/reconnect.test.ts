import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backoff, isFinal, retryAfter } from '../client/reconnect.js';

test('stops after the closes the contract calls final, and only after these', () => {
  const codes = [1000, 1001, 1002, 1003, 1005, 1006, 1007, 1008, 1009, 1011, 1013, 4000, 4016, 4499, 4500, 4503, 4999];

  const final = codes.filter(isFinal);

  assert.deepEqual(final, [1000, 1002, 1003, 1007, 1008, 1009, 4500, 4503, 4999]);
});

test('the limit of the wait doubles up to 20 seconds, and the wait is anything below it', () => {
  const limits = [0, 1, 2, 3, 4, 5, 6, 60].map((failures) => backoff(failures, () => 1));

  assert.deepEqual(limits, [500, 1000, 2000, 4000, 8000, 16000, 20000, 20000]);
  assert.equal(backoff(3, () => 0), 0);
  assert.equal(backoff(3, () => 0.5), 2000);
});

test('reads the wait from the reason of an overloaded gateway, however it is written', () => {
  assert.equal(retryAfter('Overloaded, retryAfter=1500'), 1500);
  assert.equal(retryAfter('{"retryAfter": 250}'), 250);
  assert.equal(retryAfter('Overloaded'), 0);
});
