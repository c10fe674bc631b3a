import assert from 'node:assert/strict';
import { test } from 'vitest';
import { Endpoints, socketUrl } from '../client/endpoints.js';
import { endpoints } from '../demo/endpoints.js';

const NAMED = ['a', 'b', 'c', 'd'].map((host) => `ws://${host}/ws`);

function round(list: Endpoints): string[] {
  return NAMED.map(() => {
    const { current } = list;
    list.next();
    return current;
  });
}

test('the first named is the first tried, each of the others in its turn, then the first again', () => {
  for (const chance of [0, 0.3, 0.6, 0.99]) {
    const list = new Endpoints(NAMED, () => chance);

    const tried = round(list);

    assert.equal(tried[0], NAMED[0]);
    assert.deepEqual([...tried].sort(), NAMED);
    assert.deepEqual(round(list), tried);
  }
});

test('clients that share a list do not all go to the same second', () => {
  const seconds = [0, 0.4, 0.8].map((chance) => round(new Endpoints(NAMED, () => chance))[1]);

  assert.ok(new Set(seconds).size > 1);
});

test('one endpoint is tried again and again; the same one named twice is one', () => {
  const list = new Endpoints(['ws://a/ws', 'http://a'], Math.random);

  assert.deepEqual(new Set(round(list)), new Set(['ws://a/ws']));
});

test('an endpoint is the address of a gateway, or of its socket', () => {
  const given = ['http://a:8080', 'https://a/', 'ws://a/ws', 'wss://a/app/ws?token=t#x'];

  assert.deepEqual(given.map(socketUrl), ['ws://a:8080/ws', 'wss://a/ws', 'ws://a/ws', 'wss://a/app/ws?token=t']);
});

test('no endpoint, or one that is none, is a mistake told at once', () => {
  assert.throws(() => new Endpoints([], Math.random), /expected at least one endpoint/);
  assert.throws(() => socketUrl('ftp://a'), /expected ws, wss, http or https, got ftp:\/\/a/);
  assert.throws(() => socketUrl('gateway'), TypeError);
});

test('the demo page talks to where it came from, or to whom its address names', () => {
  const origin = 'http://here:8080';

  assert.deepEqual(endpoints({ search: '', origin }), [origin]);
  assert.deepEqual(endpoints({ search: '?endpoints=nonsense,ftp://x', origin }), [origin]);
  assert.deepEqual(endpoints({ search: '?endpoints=ws://a:1, wss://b/ws', origin }), ['ws://a:1', 'wss://b/ws']);
});
