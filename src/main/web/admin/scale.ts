/** From values to places on a chart. */

export interface Scale {
  /** Round values, the last of them at the top. */
  ticks: number[];
  max: number;
  place(value: number): number;
}

/** From 0 to the first round value that is not below `most`, in about `steps` steps, onto `height` pixels, 0 at the bottom. */
export function scale(most: number, height: number, steps = 4): Scale {
  const wanted = Math.max(most, 0) / steps;
  const step = wanted > 0 ? round(wanted) : 1;
  const count = Math.max(1, Math.ceil(most / step - 1e-9));
  const max = step * count;
  const ticks = Array.from({ length: count + 1 }, (_, i) => tidy(step * i));
  return { ticks, max, place: (value) => height - (Math.min(Math.max(value, 0), max) / max) * height };
}

/** The next of 1, 2, 2.5, 5, 10 times a power of ten. */
function round(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const factor = [1, 2, 2.5, 5, 10].find((each) => each * power >= value * (1 - 1e-9)) ?? 10;
  return factor * power;
}

/** 0.1 + 0.2 is no label. */
const tidy = (value: number): number => Number(value.toPrecision(12));

/** Which of the times is nearest; -1 of none. Times rise. */
export function nearest(times: readonly number[], time: number): number {
  let best = -1;
  times.forEach((each, i) => {
    if (best < 0 || Math.abs(each - time) <= Math.abs((times[best] ?? 0) - time)) best = i;
  });
  return best;
}

/** A line through what is known, interrupted where nothing is. */
export function path(points: ReadonlyArray<readonly [number, number | null]>): string {
  let drawing = false;
  return points
    .map(([x, y]) => {
      if (y === null) {
        drawing = false;
        return '';
      }
      const step = `${drawing ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`;
      drawing = true;
      return step;
    })
    .join('');
}
