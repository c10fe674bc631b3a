import assert from 'node:assert/strict';
import { test } from 'vitest';
import { EventReader } from '../admin/events.js';

test('events are put together from any pieces', () => {
  const reader = new EventReader();
  const text = 'retry: 100\n\nevent: message\nid: 7\ndata: {"a":\ndata: 1}\n\n:\n\ndata: x\n\nevent: half';

  const heard = [...text].flatMap((piece) => reader.push(piece));

  assert.deepEqual(heard, [
    { name: 'message', data: '{"a":\n1}' },
    { name: 'message', data: 'x' },
  ]);
});
