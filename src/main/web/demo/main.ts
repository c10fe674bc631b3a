/** Wires the page: one connection, the feed into four charts, the chat, what a person is told, what is kept. */
import { connect } from '../client/index.js';
import { Chart, type ChartSpec } from './chart.js';
import { Chat } from './chat.js';
import { pollCluster } from './cluster.js';
import { byId } from './dom.js';
import { endpoints } from './endpoints.js';
import { Feed } from './feed.js';
import { fixed, integer } from './format.js';
import { showFreshness } from './freshness.js';
import { keep, remembered } from './keepsake.js';
import { Status } from './status.js';

const ROOM = 'demo';
/** A minute is some hundred pixels wide: more frames than this move nothing that an eye could see. */
const FRAME_MS = 1_000 / 30;

const CHARTS: ChartSpec[] = [
  {
    title: 'Requests',
    field: 'requests',
    unit: '/s',
    format: integer,
    series: [
      { field: 'eu', label: 'Europe', colour: '--blue' },
      { field: 'us', label: 'Americas', colour: '--teal' },
      { field: 'ap', label: 'Asia Pacific', colour: '--amber' },
    ],
    ceiling: 100,
    wide: true,
  },
  single('Latency p99', 'latency', 'ms', fixed(0), '--violet', 50),
  single('Error rate', 'errors', '%', fixed(2), '--red', 1),
  single('CPU', 'cpu', '%', fixed(0), '--blue', 90),
];

function single(
  title: string,
  field: ChartSpec['field'],
  unit: string,
  format: ChartSpec['format'],
  colour: string,
  ceiling: number,
): ChartSpec {
  return { title, field, unit, format, series: [{ field, label: title, colour }], ceiling };
}

const past = remembered();
const feed = new Feed();
feed.restore(past.feed);
// The charts show the past too, so that a hidden page goes on listening.
const connection = connect(endpoints(location), { resume: past.resume, pauseHiddenMs: Infinity });
const charts = CHARTS.map((spec) => new Chart(spec, feed));
byId('charts').append(...charts.map((chart) => chart.card));

new Status(connection);
new Chat(connection);

const room = connection.join(ROOM);
const take = (sample: unknown, isPast: boolean): void => (isPast ? feed.backfill(sample) : feed.add(sample, Date.now()));
// Unasked it is an update like any other: the whole state was smaller than the patch.
room.on('joined', ({ id, state }) => take(state, id !== undefined));
room.on('patch', ({ state, replay }) => take(state, replay === true));
// In a room that keeps no state, the whole sample comes as a message.
room.on('message', ({ data, replay }) => take(data, replay === true));
showFreshness(room, () => feed.silence(Date.now()));
keep(connection, feed);
void pollCluster();

const calm = matchMedia('(prefers-reduced-motion: reduce)');
let drawnAt = 0;
function frame(): void {
  const now = Date.now();
  if (now - drawnAt >= (calm.matches ? 1_000 : FRAME_MS - 4)) {
    drawnAt = now;
    for (const chart of charts) chart.draw(now);
  }
  requestAnimationFrame(frame);
}
frame();
