/** Decides whether a closed socket is followed by another, and when. Plain functions: chance and time are arguments. */

const FIRST_MS = 1_000;
const GROWTH = 1.5;
const LONGEST_MS = 30_000;

/** The closes after which a retry would only repeat the mistake, or go against the gateway's word. */
const FINAL: ReadonlySet<number> = new Set([1000, 1002, 1003, 1007, 1008, 1009]);

export function isFinal(code: number): boolean {
  return FINAL.has(code) || (code >= 4500 && code <= 4999);
}

/**
 * Full jitter: anything between nothing and a limit that grows with each failure. A gateway that restarts meets its
 * clients spread over time rather than as one wave.
 */
export function backoff(failures: number, random: () => number): number {
  return Math.round(random() * Math.min(LONGEST_MS, FIRST_MS * GROWTH ** failures));
}

/** The wait an overloaded gateway (1013) names in its close reason, in milliseconds; 0 if it names none. */
export function retryAfter(reason: string): number {
  return Number(/retryAfter\W{0,3}(\d{1,6})/.exec(reason)?.[1] ?? 0);
}
