/** Numbers as the page writes them. English separators, whatever the browser's language: the page is English. */

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 });
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });

export const integer = (value: number): string => whole.format(value);
/** Exact below 10,000, then 12.3K. */
export const compact = (value: number): string => (value < 10_000 ? whole : short).format(value);
export const fixed = (digits: number) => (value: number): string => value.toFixed(digits);
export const timeOfDay = (date: Date): string => clock.format(date);

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
