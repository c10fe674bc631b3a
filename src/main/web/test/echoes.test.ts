import assert from 'node:assert/strict';
import { beforeEach, test } from 'vitest';
import { cursor } from '../client/cursor.js';
import { Echoes } from '../client/echoes.js';
import type { Answer, Update } from '../client/echoes.js';
import { message, patch } from './rig.js';

let said: string[];
let echoes: Echoes;

beforeEach(() => {
  said = [];
  echoes = new Echoes((frame) => {
    const { type, text, offset, id } = frame as Record<string, unknown>;
    said.push(type === 'ack' ? `ack ${id}` : `${text ?? offset}`);
  });
  echoes.restart(1);
});

const hear = (...updates: object[]) => updates.forEach((update) => echoes.hear(update as Update));

/** Publishes, and gives what answers it. */
function publish(text: string, id: number, echo = false) {
  let answer: (answer: Answer | Promise<never>) => void = () => {};
  const done = echoes.published({ type: 'message', room: 'log', text, id, echo }, new Promise<Answer>((resolve) => (answer = resolve)));
  return async (it: Answer | Promise<never>) => {
    answer(it);
    await done;
  };
}

test('the ack comes where the message was, whether the answer is before or after it', async () => {
  const first = publish('a', 1);
  hear(message('log', 2, 'x'), message('log', 3, 'a'));
  await first({ offset: 3 });
  const second = publish('b', 2);
  await second({ offset: 5 });
  hear(message('log', 4, 'y'), message('log', 5, 'b'), message('log', 6, 'z'));

  assert.deepEqual(said, ['x', 'ack 1', 'y', 'ack 2', 'z']);
});

test('who wants to hear itself does, and then has its ack', async () => {
  const answer = publish('a', 1, true);
  await answer({ offset: 2 });
  hear(message('log', 2, 'a'));

  assert.deepEqual(said, ['a', 'ack 1']);
});

test('a key that was known already is acknowledged at once', async () => {
  hear(message('log', 2, 'a'));
  await publish('a', 1)({ offset: 2 });

  assert.deepEqual(said, ['a', 'ack 1']);
});

test('a merged patch is heard by the author of a part of it too', async () => {
  await publish('a', 1)({ offset: 4 });
  hear(patch('dash', 1, 4, {}));

  assert.deepEqual(said, ['4', 'ack 1']);
});

test('without offsets the message is known by what it says, once', async () => {
  const plain = (text: string) => ({ type: 'message', room: 'plain', text, timestamp: 'now' });
  await publish('a', 1)({});
  hear(plain('b'), plain('a'), plain('a'));

  assert.deepEqual(said, ['ack 1', 'b', 'a']);
});

test('what failed leaves no trace', async () => {
  const answer = publish('a', 1);
  hear(message('log', 2, 'a'));
  await assert.rejects(answer(Promise.reject(new Error('no'))), /no/);

  assert.deepEqual(said, ['a']);
});

test('a room that begins anew owes no ack', async () => {
  await publish('a', 1)({ offset: 9 });
  echoes.restart(1);
  hear(message('log', 2, 'x'));

  assert.deepEqual(said, ['ack 1', 'x']);
});

test('the cursor is the word a gateway wrote', () => {
  assert.equal(cursor([['x', { epoch: 'uxw4p3oyu4oy', offset: 0 }]]), 'AYzcFoMBOISqk5sBpUI');
  assert.equal(cursor([]), '');
});
