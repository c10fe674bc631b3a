/** Decides whether a closed socket is followed by another, and when. Plain functions: chance and time are arguments. */

const FIRST_MS = 1_000;
const GROWTH = 1.5;
const LONGEST_MS = 30_000;

/** The closes after which a retry would only repeat the mistake, or go against the gateway's word. */
const FINAL: ReadonlySet<number> = new Set([1000, 1002, 1003, 1007, 1008, 1009]);

export function isFinal(code: number): boolean {
  return FINAL.has(code) || (code >= 4500 && code <= 4999);
}

/** Whether the close asks for another token: "Token required", "Invalid token", "Token revoked". */
export function wantsToken(code: number, reason: string): boolean {
  return code === 1008 && /token/i.test(reason);
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

/**
 * How long before a token is renewed that lives so much longer: a minute before its end, or when four fifths of a shorter
 * life are over. Where the clock here is so wrong that it seems dead already, every half minute.
 */
export function renewIn(leftMs: number): number {
  const wait = leftMs <= 0 ? 30_000 : Math.max(leftMs - 60_000, leftMs * 0.8);
  return Math.min(wait, 2 ** 31 - 1); // a timer cannot wait longer
}
