/** The cluster at a glance: how much, how fast, and how each node is. */
import type { Node } from './api.js';
import { Chart } from './chart.js';
import { make, write } from './dom.js';
import { brief, bytes, compact, duration, integer, millis, rate, timeOfDay } from './format.js';
import type { NodeRates, Point } from './series.js';
import { openOn } from './series.js';
import type { Context, View } from './view.js';

interface Row {
  id: string;
  node: Node | null;
  address: string;
  at: number;
  rates: NodeRates | undefined;
  self: boolean;
}

function figure(label: string): { element: HTMLElement; value: HTMLElement; aside: HTMLElement } {
  const value = make('dd');
  const aside = make('dd', { class: 'aside' });
  return { element: make('div', { class: 'card figure' }, make('dt', {}, label), value, aside), value, aside };
}

export function overview({ fleet }: Context): View {
  const nodes = figure('Nodes');
  const open = figure('Connections');
  const rooms = figure('Memberships');
  const sent = figure('Messages out');
  const latency = figure('Delivery p99');
  const charts = [
    new Chart<Point>({
      title: 'Messages per second',
      format: (value) => rate(value),
      lines: [
        { label: 'out', tone: 'blue', value: (point) => point.sent },
        { label: 'in', tone: 'teal', value: (point) => point.received },
        { label: 'published', tone: 'amber', value: (point) => point.published },
      ],
    }),
    new Chart<Point>({
      title: 'Delivery latency',
      format: millis,
      lines: [
        { label: 'p99', tone: 'violet', value: (point) => point.p99 },
        { label: 'p50', tone: 'teal', value: (point) => point.p50 },
      ],
    }),
    new Chart<Point>({
      title: 'Connections',
      format: compact,
      lines: [{ label: 'open', tone: 'blue', value: (point) => point.connections }],
    }),
  ];
  const cards = make('ul', { class: 'nodes' });
  const element = make(
    'div',
    { class: 'overview' },
    make('h1', { class: 'hidden' }, 'Overview'),
    make('dl', { class: 'figures' }, ...[nodes, open, rooms, sent, latency].map((each) => each.element)),
    make('div', { class: 'charts' }, ...charts.map((chart) => chart.element)),
    make('section', { 'aria-labelledby': 'nodes-title' }, make('h2', { id: 'nodes-title' }, 'Nodes'), cards),
  );

  const show = (): void => {
    const latest = fleet.latest;
    if (!latest) return;
    const now = Date.now();
    const last = fleet.points[fleet.points.length - 1];
    const sum = (of: (node: Node) => number) => latest.nodes.reduce((total, node) => total + of(node), 0);
    const ready = latest.nodes.filter((node) => node.ready).length;
    write(nodes.value, integer(latest.nodes.length));
    write(nodes.aside, ready === latest.nodes.length ? 'all ready' : `${ready} ready`);
    write(open.value, integer(sum(openOn)));
    write(open.aside, transports(latest.nodes));
    write(rooms.value, integer(sum((node) => node.members)));
    write(rooms.aside, `${bytes(sum((node) => node.outboundBytes))} waiting for clients`);
    write(sent.value, last ? `${rate(last.sent)}/s` : '–');
    write(sent.aside, last ? `${rate(last.received)}/s in` : '');
    write(latency.value, last?.p99 == null ? '–' : millis(last.p99));
    write(latency.aside, last?.p50 == null ? 'nothing delivered' : `p50 ${millis(last.p50)}`);
    charts.forEach((chart) => chart.show(fleet.points, now));
    const drifts = new Set(latest.nodes.map((node) => node.config)).size > 1;
    cards.replaceChildren(...rows(fleet, now).map((row) => card(row, drifts)));
  };
  const stop = fleet.onChange(show);
  show();
  return { title: 'Overview', element, leave: stop };
}

function transports(nodes: readonly Node[]): string {
  const open = new Map<string, number>();
  for (const node of nodes) {
    for (const [transport, count] of Object.entries(node.connections)) {
      if (count > 0) open.set(transport, (open.get(transport) ?? 0) + count);
    }
  }
  return [...open].sort((a, b) => b[1] - a[1]).map(([transport, count]) => `${compact(count)} ${transport}`).join(', ');
}

/** The nodes that answered, those that should have, and those that are gone since a while. */
function rows(fleet: Context['fleet'], now: number): Row[] {
  const latest = fleet.latest!;
  const here = latest.nodes.map((node) => ({
    id: node.node,
    node,
    address: node.address,
    at: now,
    rates: fleet.rates.get(node.node),
    self: node.node === latest.self,
  }));
  const known = new Set(here.map((row) => row.id));
  // One that came back on the same address is a new node, and the old one is no news.
  const addresses = new Set(here.map((row) => row.address));
  const gone = new Set([...latest.missing, ...fleet.lastHeard.keys()]);
  return [
    ...here,
    ...[...gone]
      .filter((id) => !known.has(id) && !addresses.has(fleet.lastHeard.get(id)?.address ?? ''))
      .map((id) => {
        const heard = fleet.lastHeard.get(id);
        return { id, node: null, address: heard?.address ?? brief(id), at: heard?.at ?? 0, rates: undefined, self: false };
      }),
  ];
}

function card(row: Row, drifts: boolean): HTMLElement {
  const { node } = row;
  const state = !node ? 'missing' : node.draining ? 'draining' : node.ready ? 'ready' : 'not ready';
  const tone = { ready: 'good', draining: 'busy', 'not ready': 'bad', missing: 'bad' }[state];
  const head = make(
    'div',
    { class: 'head' },
    make('h3', {}, row.address),
    row.self ? make('span', { class: 'tag', title: 'This console is served by it' }, 'this node') : null,
    make('span', { class: 'pill', 'data-state': tone }, state),
  );
  if (!node) {
    const since = row.at === 0 ? 'It has not answered.' : `Last heard at ${timeOfDay(new Date(row.at))}.`;
    return make('li', { class: 'card node missing' }, head, make('p', { class: 'note' }, since));
  }
  const item = (label: string, value: string) => make('div', {}, make('dt', {}, label), make('dd', {}, value));
  const part = node.heap.max > 0 ? node.heap.used / node.heap.max : 0;
  const heap = make('meter', { min: 0, max: 1, low: 0.7, high: 0.9, optimum: 0, value: part.toFixed(3), 'aria-label': 'Heap in use' });
  return make(
    'li',
    { class: 'card node' },
    head,
    node.notReady ? make('p', { class: 'note error' }, node.notReady) : null,
    make(
      'dl',
      {},
      item('Connections', integer(openOn(node))),
      item('Rooms', integer(node.rooms)),
      item('Out', row.rates ? `${rate(row.rates.sent)}/s` : '–'),
      item('In', row.rates ? `${rate(row.rates.received)}/s` : '–'),
      item('p99', row.rates?.p99 == null ? '–' : millis(row.rates.p99)),
      item('Loop lag', millis(node.loopLagMs)),
      item('Waiting', bytes(node.outboundBytes)),
      item('Up', duration(node.uptimeMs / 1000)),
      make(
        'div',
        { class: 'wide' },
        make('dt', {}, 'Heap'),
        make('dd', {}, heap, ` ${bytes(node.heap.used)} of ${bytes(node.heap.max)}`),
      ),
    ),
    make(
      'p',
      { class: 'foot' },
      make('code', { title: node.node }, brief(node.node)),
      ` v${node.version}`,
      make('a', { href: '#/configuration', class: drifts ? 'drift' : undefined }, `config ${brief(node.config)}`),
    ),
  );
}
