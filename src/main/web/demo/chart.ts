/** One moving chart in its card: the current number, the readout under it, the plot, and the badge for stale data. */
import uPlot from 'uplot';
import { make, write } from './dom.js';
import { type Feed, type Field, STALE_MS, WINDOW_MS } from './feed.js';
import { timeOfDay } from './format.js';

export interface ChartSpec {
  title: string;
  /** What the big number shows. */
  field: Field;
  unit: string;
  format: (value: number) => string;
  /** Drawn on top of each other from the first up when there are several; colours are custom properties of app.css. */
  series: { field: Field; label: string; colour: string }[];
  /** The vertical axis reaches at least this far. */
  ceiling: number;
  wide?: boolean;
}

type Row = (number | null)[];

/** One pointer on all charts: a moment is looked at in every number. */
const CURSORS = uPlot.sync('moment');

export class Chart {
  readonly card = make('article', 'card chart');
  readonly #spec: ChartSpec;
  readonly #feed: Feed;
  readonly #number = make('span');
  readonly #badge = make('span', 'badge', 'no data');
  readonly #stacked: boolean;
  readonly #values: HTMLElement[] = [];
  readonly #moment = make('span', 'moment');
  readonly #plot: uPlot;
  #drawn = -1;

  constructor(spec: ChartSpec, feed: Feed) {
    this.#spec = spec;
    this.#feed = feed;
    this.#stacked = spec.series.length > 1;
    const title = make('h2', '', spec.title);
    title.id = `chart-${spec.field}`;
    const area = make('div', 'plot');
    this.card.append(
      make('div', 'head', title, this.#badge),
      make('p', 'number', this.#number, make('span', 'unit', spec.unit), this.#moment),
      this.#readout(),
      area,
    );
    if (spec.wide) this.card.classList.add('wide');
    this.card.setAttribute('aria-labelledby', title.id);
    this.card.dataset.points = '0';
    area.setAttribute('role', 'img');
    area.setAttribute('aria-label', `${spec.title} over the last 60 seconds`);
    this.#plot = new uPlot(this.#options(), [[], ...spec.series.map(() => [])], area);
    new ResizeObserver(() => this.#plot.setSize({ width: area.clientWidth, height: area.clientHeight })).observe(area);
  }

  /** Moves the window to `now` and takes in what has arrived since. Called once for each frame to be drawn. */
  draw(now: number): void {
    const silence = this.#feed.silence(now);
    const stale = silence > STALE_MS;
    this.card.dataset.stale = String(stale);
    write(this.#badge, silence < Infinity ? `no data for ${Math.floor(silence / 1_000)} s` : 'no data');
    const edge = this.#feed.edge(now);
    this.#plot.batch(() => {
      if (this.#drawn !== this.#feed.version) {
        this.#drawn = this.#feed.version;
        this.card.dataset.points = String(this.#feed.samples);
        this.card.dataset.shown = String(this.#feed.times.length);
        this.#plot.setData([this.#feed.times, ...this.#rows().reverse()] as uPlot.AlignedData, false);
        this.#tell();
      }
      this.#plot.setScale('x', { min: edge - WINDOW_MS, max: edge });
    });
  }

  /** The rows as drawn: each one is the sum of its own values and all below it. */
  #rows(): Row[] {
    let below: Row | undefined;
    return this.#spec.series.map(({ field }) => {
      const row: Row = this.#feed.columns[field];
      const base = below;
      below = base ? row.map((value, i) => (value === null ? null : value + (base[i] ?? 0))) : row;
      return below;
    });
  }

  #readout(): HTMLElement {
    const labels = this.#stacked ? this.#spec.series.map(({ label }) => label) : ['min', 'avg', 'max'];
    const entries = labels.map((label, i) => {
      const value = make('b');
      this.#values.push(value);
      const entry = make('span', '', label, ' ', value);
      const colour = this.#stacked && this.#spec.series[i]?.colour;
      if (colour) {
        const key = make('i', 'key');
        key.style.background = `var(${colour})`;
        entry.prepend(key);
      }
      return entry;
    });
    return make('p', 'readout', ...entries);
  }

  /** Writes the numbers: those under the pointer, or else the current ones. */
  #tell(): void {
    const { field, series, format } = this.#spec;
    const index = this.#plot?.cursor.idx ?? null;
    const at = (column: Field) => (index === null ? this.#feed.latest(column) : this.#feed.columns[column][index]);
    const text = (value: number | null | undefined) => (value == null ? '–' : format(value));
    const time = index === null ? undefined : this.#feed.times[index];
    write(this.#moment, time === undefined ? 'last 60 s' : `at ${timeOfDay(new Date(time))}`);
    write(this.#number, text(at(field)));
    if (this.#stacked) return this.#values.forEach((value, i) => write(value, text(at(series[i]!.field))));

    const known = this.#feed.columns[field].filter((value) => value !== null);
    const sum = known.reduce((total, value) => total + value, 0);
    const summary = known.length ? [Math.min(...known), sum / known.length, Math.max(...known)] : [];
    this.#values.forEach((value, i) => write(value, text(summary[i])));
  }

  #options(): uPlot.Options {
    // uPlot paints the first series first: the highest stack must come first to lie behind the others.
    const layers = [...this.#spec.series].reverse();
    const axis = { stroke: () => colour('--muted'), grid: { stroke: () => colour('--grid'), width: 1 }, ticks: { show: false } };
    const font = '11px Inter, system-ui, sans-serif';
    return {
      width: 300,
      height: 150,
      padding: [8, 0, 0, 0],
      legend: { show: false },
      cursor: { y: false, sync: { key: CURSORS.key }, drag: { x: false, y: false }, points: { size: 6 } },
      scales: { x: { time: false }, y: { range: (_plot, _min, max) => [0, niceCeiling(Math.max(max ?? 0, this.#spec.ceiling))] } },
      axes: [
        { ...axis, font, size: 24, gap: 4, space: 90, incrs: [10_000, 20_000, 30_000], values: moments },
        { ...axis, font, size: 44, gap: 6, space: 28, incrs: STEPS, values: (_plot, at) => at.map((value) => tick(value)) },
      ],
      series: [
        {},
        ...layers.map((layer) => ({
          label: layer.label,
          stroke: () => colour(layer.colour),
          width: 1.5,
          fill: () => colour(layer.colour, this.#stacked ? 0.3 : 0.12),
          points: { show: false },
        })),
      ],
      // Between two stacked series only the upper one's own share is filled, so that colours do not mix.
      bands: layers.slice(1).map((_, i) => ({ series: [i + 1, i + 2] })),
      hooks: { setCursor: [() => this.#tell()] },
    };
  }
}

/** Room that half a time label takes; nearer to the right edge the canvas would cut it off. */
const HALF_LABEL = 26;

function moments(plot: uPlot, at: number[]): string[] {
  const end = plot.over.clientWidth - HALF_LABEL;
  return at.map((t) => (plot.valToPos(t, 'x') > end ? '' : timeOfDay(new Date(t))));
}

const tick = (value: number): string => (value >= 1_000 ? `${value / 1_000}k` : String(value));

/** Distances of the horizontal lines: 1, 2, 5 times a power of ten. */
const STEPS = [-2, -1, 0, 1, 2, 3, 4, 5, 6].flatMap((power) => [1, 2, 5].map((digit) => digit * 10 ** power));

/** The next round number that leaves some air above the line: the axis changes seldom and reads well. */
function niceCeiling(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value * 1.08));
  return ([1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((step) => step * power >= value * 1.08) ?? 10) * power;
}

/** The canvas cannot read custom properties by itself; asking for them in every frame would be dear. */
const palette = new Map<string, string>();
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => palette.clear());

function colour(property: string, alpha = 1): string {
  const known = palette.get(property);
  const value = known ?? getComputedStyle(document.documentElement).getPropertyValue(property).trim();
  if (!known) palette.set(property, value);
  return alpha === 1 ? value : value + Math.round(alpha * 255).toString(16).padStart(2, '0');
}
