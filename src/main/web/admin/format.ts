/** Numbers as the console writes them. English separators, whatever the browser's language: the page is English. */

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 });
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });

export const integer = (value: number): string => whole.format(value);

/** Exact below 10,000, then 12.3K. */
export const compact = (value: number): string => (value < 10_000 ? whole : short).format(value);

/** A rate: 0, 0.2, 4.7, 130, 12.3K. */
export const rate = (value: number): string =>
  value === 0 ? '0' : value < 0.05 ? '<0.1' : value < 10 ? value.toFixed(1) : compact(value);

/** Of a duration in milliseconds: 0.4 ms, 12 ms, 1.2 s. */
export const millis = (value: number): string =>
  value === 0 ? '0 ms' : value >= 1000 ? `${(value / 1000).toFixed(1)} s` : `${value < 10 ? value.toFixed(1) : whole.format(value)} ms`;

export function bytes(value: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  let scaled = value;
  while (scaled >= 1024 && unit < units.length - 1) {
    scaled /= 1024;
    unit++;
  }
  return `${unit === 0 || scaled >= 100 ? whole.format(scaled) : scaled.toFixed(1)} ${units[unit]}`;
}

/** 4d 3h, 3h 12m, 12m 5s, 5s. */
export function duration(seconds: number): string {
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [Math.floor(seconds) % 60, 's'],
  ] as const;
  const first = parts.findIndex(([count]) => count > 0);
  return first < 0 ? '0s' : parts.slice(first, first + 2).map(([count, unit]) => count + unit).join(' ');
}

export const timeOfDay = (date: Date): string => clock.format(date);

/** The time, and the day if that is not today's. */
export function moment(date: Date, now = new Date()): string {
  return date.toDateString() === now.toDateString() ? clock.format(date) : `${day.format(date)}, ${clock.format(date)}`;
}

/** Enough of a long id to tell it from others. */
export const brief = (id: string): string => (id.length > 10 ? id.slice(0, 8) : id);
