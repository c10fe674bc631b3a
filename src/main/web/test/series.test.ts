import assert from 'node:assert/strict';
import { test } from 'vitest';
import type { Node, Nodes } from '../admin/api.js';
import { more, perSecond, pointOf, quantile, ratesOf } from '../admin/series.js';

const BOUNDS = [0.001, 0.01, 0.1];

function node(change: Partial<Node>): Node {
  return {
    node: 'n1',
    version: '1',
    address: 'a:1',
    uptimeMs: 0,
    draining: false,
    ready: true,
    notReady: '',
    config: 'c',
    heap: { used: 1, max: 2 },
    connections: { websocket: 3, sse: 1 },
    rooms: 0,
    members: 0,
    received: 0,
    sent: 0,
    published: 0,
    outboundBytes: 0,
    latency: [0, 0, 0, 0],
    loopLagMs: 0,
    ...change,
  };
}

const nodes = (...each: Node[]): Nodes => ({ self: 'n1', nodes: each, latencyBounds: BOUNDS, complete: true, missing: [] });

test('a rate goes by the clock of the node', () => {
  assert.equal(perSecond(node({ uptimeMs: 1_000, sent: 10 }), node({ uptimeMs: 3_000, sent: 50 }), 'sent'), 20);
});

test('a node that began anew has no rate yet', () => {
  const before = nodes(node({ uptimeMs: 90_000, sent: 500 }));
  const after = nodes(node({ uptimeMs: 1_000, sent: 5 }));

  assert.equal(pointOf(before, after, 1).sent, 0);
  assert.equal(ratesOf(before, after).size, 0);
});

test('a point is the sum of the nodes that were there both times, and of all connections', () => {
  const before = nodes(node({ uptimeMs: 1_000 }), node({ node: 'n2', uptimeMs: 5_000, sent: 100 }));
  const after = nodes(
    node({ uptimeMs: 3_000, sent: 20 }),
    node({ node: 'n2', uptimeMs: 7_000, sent: 120 }),
    node({ node: 'n3', uptimeMs: 2_000, sent: 9_999 }),
  );

  const point = pointOf(before, after, 1);

  assert.equal(point.sent, 20);
  assert.equal(point.connections, 12);
  assert.equal(point.p99, null);
});

test('a quantile lies in its bucket', () => {
  assert.equal(quantile([0, 0, 0, 0], BOUNDS, 0.5), null);
  assert.equal(quantile([10, 0, 0, 0], BOUNDS, 0.5), 0.5);
  assert.equal(quantile([50, 50, 0, 0], BOUNDS, 0.75)?.toFixed(3), '5.500');
  assert.equal(quantile([0, 0, 100, 0], BOUNDS, 1), 100);
});

test('above the last bound a quantile is that bound', () => {
  assert.equal(quantile([0, 0, 0, 7], BOUNDS, 0.99), 100);
});

test('what grew is counted, and all of it where the counting began anew', () => {
  assert.deepEqual(more([1, 2, 3], [1, 5, 4]), [0, 3, 1]);
  assert.deepEqual(more([1, 2, 3], [0, 1, 0]), [0, 1, 0]);
});
