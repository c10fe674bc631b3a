import type { ErrorFrame } from './protocol.js';

/** A command the gateway said no to. */
export class Refusal extends Error {
  readonly code: string;
  /** Milliseconds, when the gateway named a time. */
  readonly retryAfter: number | undefined;

  constructor(frame: ErrorFrame) {
    super(frame.message);
    this.name = 'Refusal';
    this.code = frame.code;
    this.retryAfter = frame.retryAfter;
  }

  /** Whether the same command may well succeed a little later. */
  get passing(): boolean {
    return this.code === 'rate-limited' || this.code === 'unavailable';
  }
}
