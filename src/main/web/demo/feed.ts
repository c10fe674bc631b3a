/** The last minute of the demo feed, as the columns the charts draw. No DOM; time is an argument. */
import { isObject } from '../client/merge.js';

export const WINDOW_MS = 60_000;
/** Silence after which the numbers on the screen no longer tell what is. */
export const STALE_MS = 2_000;
/** The right edge trails the newest sample by more than one interval, so that lines slide in instead of popping up. */
const LAG_MS = 350;

const FIELDS = ['requests', 'latency', 'errors', 'cpu', 'eu', 'us', 'ap'] as const;
export type Field = (typeof FIELDS)[number];
export type Sample = Record<Field | 't', number>;

export class Feed {
  /** Epoch milliseconds, rising. */
  readonly times: number[] = [];
  /** One value for each of `times`; null breaks the line where the feed was silent. */
  readonly columns = Object.fromEntries(FIELDS.map((field) => [field, []])) as unknown as Record<Field, (number | null)[]>;
  /** Live samples taken since the page was opened. */
  samples = 0;
  /** Rises with every change of the columns. */
  version = 0;

  #arrivedAt = -Infinity;
  /** Estimate of the sender's clock minus ours. */
  #skew = 0;

  /** Takes a state of the room; anything that is no sample, or is known already, is ignored. */
  add(data: unknown, now: number): void {
    const sample = read(data);
    if (!sample) return;
    const skew = sample.t - now;
    // Jitter is smoothed away; the first sample, or a clock that was set, is believed at once.
    this.#skew += Math.abs(skew - this.#skew) > 1_000 ? skew - this.#skew : (skew - this.#skew) * 0.1;
    this.#arrivedAt = now;
    this.samples++;
    this.#append(sample);
  }

  /** Takes a state from the past, which says nothing about now. */
  backfill(data: unknown): void {
    const sample = read(data);
    if (sample) this.#append(sample);
  }

  /** What `restore` takes, for `JSON.stringify`. */
  toJSON(): object {
    return { times: this.times, columns: this.columns };
  }

  /** Goes on where the page's last life ended. What was stored may be anything, and then is no past. */
  restore(stored: unknown): void {
    if (!isObject(stored) || !Array.isArray(stored.times) || !isObject(stored.columns)) return;
    const { times, columns } = stored;
    const at = (field: Field, i: number) => (columns[field] as unknown[] | undefined)?.[i];
    // The nulls that break the line are no samples; they come again where a silence was.
    times.forEach((t, i) => this.backfill({ t, values: Object.fromEntries(FIELDS.map((field) => [field, at(field, i)])) }));
  }

  /** The time at the right edge of the charts. */
  edge(now: number): number {
    return now + this.#skew - LAG_MS;
  }

  /** Milliseconds since the last live sample; infinite before the first. */
  silence(now: number): number {
    return now - this.#arrivedAt;
  }

  latest(field: Field): number | undefined {
    return this.columns[field].at(-1) ?? undefined;
  }

  #append(sample: Sample): void {
    const last = this.times.at(-1);
    if (last !== undefined && sample.t <= last) return;
    if (last !== undefined && sample.t - last > STALE_MS) {
      this.times.push(last + 1);
      for (const field of FIELDS) this.columns[field].push(null);
    }
    this.times.push(sample.t);
    for (const field of FIELDS) this.columns[field].push(sample[field]);
    this.version++;

    const oldest = sample.t - WINDOW_MS - STALE_MS;
    const gone = this.times.findIndex((t) => t >= oldest);
    this.times.splice(0, gone);
    for (const field of FIELDS) this.columns[field].splice(0, gone);
  }
}

/** Any member might publish into the room, so the shape is checked rather than believed. */
function read(data: unknown): Sample | undefined {
  if (!isObject(data)) return undefined;
  const { t, values, regions } = data;
  const sample = { t, ...(values as object), ...(regions as object) } as Record<string, unknown>;
  const complete = ['t', ...FIELDS].every((field) => Number.isFinite(sample[field]));
  return complete ? (sample as Sample) : undefined;
}
