/** What the charts show, made from the counters of two polls. */
import type { Node, Nodes } from './api.js';

export interface Point {
  at: number;
  received: number;
  sent: number;
  published: number;
  connections: number;
  p50: number | null;
  p99: number | null;
}

export interface NodeRates {
  received: number;
  sent: number;
  p99: number | null;
}

export const openOn = (node: Node): number => Object.values(node.connections).reduce((sum, open) => sum + open, 0);

/** Per second by the node's own clock; 0 where a node began anew in between. */
export function perSecond(before: Node, after: Node, counter: 'received' | 'sent' | 'published'): number {
  const seconds = (after.uptimeMs - before.uptimeMs) / 1000;
  return seconds > 0 ? Math.max(0, after[counter] - before[counter]) / seconds : 0;
}

/** How many more in each bucket; all of them where the node began anew. */
export function more(before: readonly number[], after: readonly number[]): number[] {
  const grown = after.map((count, i) => count - (before[i] ?? 0));
  return grown.some((count) => count < 0) ? [...after] : grown;
}

/** A quantile in milliseconds, spread evenly inside its bucket; null where nothing was counted. */
export function quantile(counts: readonly number[], boundsSeconds: readonly number[], q: number): number | null {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  let left = q * total;
  for (let i = 0; i < counts.length; i++) {
    const count = counts[i] ?? 0;
    const low = i === 0 ? 0 : (boundsSeconds[i - 1] ?? 0);
    // Above the last bound nothing more is known.
    const high = boundsSeconds[i] ?? low;
    if (left <= count && count > 0) return (low + (high - low) * (left / count)) * 1000;
    left -= count;
  }
  return (boundsSeconds[boundsSeconds.length - 1] ?? 0) * 1000;
}

/** Nodes that were heard both times. */
function pairs(before: Nodes, after: Nodes): Array<[Node, Node]> {
  return after.nodes.flatMap((node) => {
    const then = before.nodes.find((each) => each.node === node.node);
    return then && then.uptimeMs < node.uptimeMs ? [[then, node] as [Node, Node]] : [];
  });
}

export function pointOf(before: Nodes, after: Nodes, at: number): Point {
  const known = pairs(before, after);
  const sum = (counter: 'received' | 'sent' | 'published') =>
    known.reduce((total, [then, now]) => total + perSecond(then, now, counter), 0);
  const latency = known
    .map(([then, now]) => more(then.latency, now.latency))
    .reduce<number[]>((all, counts) => counts.map((count, i) => count + (all[i] ?? 0)), []);
  return {
    at,
    received: sum('received'),
    sent: sum('sent'),
    published: sum('published'),
    connections: after.nodes.reduce((total, node) => total + openOn(node), 0),
    p50: quantile(latency, after.latencyBounds, 0.5),
    p99: quantile(latency, after.latencyBounds, 0.99),
  };
}

export function ratesOf(before: Nodes, after: Nodes): Map<string, NodeRates> {
  return new Map(
    pairs(before, after).map(([then, now]) => [
      now.node,
      {
        received: perSecond(then, now, 'received'),
        sent: perSecond(then, now, 'sent'),
        p99: quantile(more(then.latency, now.latency), after.latencyBounds, 0.99),
      },
    ]),
  );
}
