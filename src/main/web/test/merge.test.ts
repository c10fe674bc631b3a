import assert from 'node:assert/strict';
import { test } from 'vitest';
import { merge, type Json, type JsonObject } from '../client/merge.js';

const parsed = (text: string) => JSON.parse(text) as JsonObject;

/** RFC 7396, appendix A: original, patch, result. */
const APPENDIX_A: Array<[string, string, string]> = [
  ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
  ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
  ['{"a":"b"}', '{"a":null}', '{}'],
  ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
  ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
  ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
  ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
  ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
  ['["a","b"]', '["c","d"]', '["c","d"]'],
  ['{"a":"b"}', '["c"]', '["c"]'],
  ['{"a":"foo"}', 'null', 'null'],
  ['{"a":"foo"}', '"bar"', '"bar"'],
  ['{"e":null}', '{"a":1}', '{"e":null,"a":1}'],
  ['[1,2]', '{"a":"b","c":null}', '{"a":"b"}'],
  ['{}', '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
];

for (const [original, patch, result] of APPENDIX_A) {
  test(`RFC 7396: ${patch} turns ${original} into ${result}`, () => {
    const merged = merge(JSON.parse(original) as Json, JSON.parse(patch) as Json);

    assert.equal(JSON.stringify(merged), result);
  });
}

test('nothing that is given is changed, and what did not change is shared', () => {
  const before: JsonObject = { eu: { load: 1 }, us: { load: 2 } };

  const after = merge(before, { eu: { load: 3 } });

  assert.deepEqual(before, { eu: { load: 1 }, us: { load: 2 } });
  assert.deepEqual(after, { eu: { load: 3 }, us: { load: 2 } });
  assert.equal(after.us, before.us);
});

test('a patch reaches no prototype: __proto__ is a member like any other', () => {
  const prototype = '{"polluted":1}';
  const hostile = parsed(`{"__proto__":${prototype},"constructor":{"prototype":${prototype}},"a":{"__proto__":{"b":1}}}`);

  const once = merge({}, hostile);
  const twice = merge(once, hostile);

  assert.equal(({} as { polluted?: number }).polluted, undefined);
  assert.equal(Object.getPrototypeOf(twice), Object.prototype);
  assert.equal(JSON.stringify(twice), JSON.stringify(hostile));
  assert.equal(Object.hasOwn(merge(twice, parsed('{"__proto__":null}')), '__proto__'), false);
});

test('a patch as deep as JSON may be in practice is merged', () => {
  const deep = '{"a":'.repeat(2_000) + '1' + '}'.repeat(2_000);

  const merged = merge({}, parsed(deep));

  assert.equal(JSON.stringify(merged), deep);
});
