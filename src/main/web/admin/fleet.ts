/** The nodes, asked every two seconds whatever view is open, so that the charts have a past. */
import { type Api, type Nodes, Refused, sentence } from './api.js';
import { type NodeRates, type Point, pointOf, ratesOf } from './series.js';

export type FleetState = 'connecting' | 'live' | 'lost' | 'locked';

const EVERY_MS = 2_000;
const KEPT_MS = 310_000;

export class Fleet {
  state: FleetState = 'connecting';
  trouble = '';
  latest: Nodes | null = null;
  points: Point[] = [];
  rates = new Map<string, NodeRates>();
  /** Nodes that were here and have not left in good order, with when they were last heard. */
  readonly lastHeard = new Map<string, { address: string; at: number }>();
  private readonly listeners = new Set<() => void>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private running = 0;

  constructor(private readonly api: Api) {}

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  start(): void {
    clearTimeout(this.timer);
    void this.poll(++this.running);
  }

  /** Until the next start; `locked` is what a wrong or missing token leads to. */
  stop(state: FleetState): void {
    this.running++;
    clearTimeout(this.timer);
    this.state = state;
    this.tell();
  }

  private async poll(run: number): Promise<void> {
    const began = Date.now();
    try {
      const nodes = await this.api.get<Nodes>('/nodes');
      if (run !== this.running) return;
      this.take(nodes, Date.now());
      this.state = 'live';
      this.trouble = '';
    } catch (failure) {
      if (run !== this.running) return;
      if (failure instanceof Refused && (failure.status === 401 || failure.status === 403)) {
        this.trouble = failure.status === 403 || this.api.hasToken ? sentence(failure) : '';
        this.stop('locked');
        return;
      }
      this.state = this.latest ? 'lost' : 'connecting';
      this.trouble = sentence(failure);
    }
    this.tell();
    this.timer = setTimeout(() => void this.poll(run), Math.max(500, EVERY_MS - (Date.now() - began)));
  }

  private take(nodes: Nodes, at: number): void {
    const before = this.latest;
    if (before) {
      this.points = [...this.points.filter((point) => point.at > at - KEPT_MS), pointOf(before, nodes, at)];
      this.rates = ratesOf(before, nodes);
    }
    this.latest = nodes;
    for (const node of nodes.nodes) this.lastHeard.set(node.node, { address: node.address, at });
    for (const [node, known] of this.lastHeard) if (known.at < at - KEPT_MS) this.lastHeard.delete(node);
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}
