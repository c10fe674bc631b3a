/**
 * Looks, while a stream carries the connection, whether a WebSocket gets through by now: the network may be another one,
 * or the proxy was mended. The stream goes on until one has said welcome, and until nothing waits for a reply.
 */
import { parse } from './protocol.js';
import type { Socket } from './wire.js';

/** Soon at first: the gateway may just have started between the WebSocket that failed and the stream that did not. */
const FIRST_MS = 2_000;
const GROWTH = 4;
const LONGEST_MS = 600_000;
const IDLE_CHECK_MS = 50;

export class Upgrade {
  readonly #open: () => Socket;
  readonly #timeoutMs: number;
  readonly #adopt: (socket: Socket, frames: readonly unknown[]) => boolean;
  #socket: Socket | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `adopt` is given a socket that has said welcome, with what it said so far; false where now is not the time. */
  constructor(open: () => Socket, timeoutMs: number, adopt: (socket: Socket, frames: readonly unknown[]) => boolean) {
    this.#open = open;
    this.#timeoutMs = timeoutMs;
    this.#adopt = adopt;
    this.#later(FIRST_MS);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#drop();
  }

  #later(wait: number): void {
    this.#drop();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#try(() => this.#later(Math.min(wait * GROWTH, LONGEST_MS))), wait);
  }

  #try(failed: () => void): void {
    this.#timer = setTimeout(failed, this.#timeoutMs);
    const frames: unknown[] = [];
    try {
      const socket = this.#open();
      this.#socket = socket;
      socket.onclose = failed;
      socket.onerror = () => {};
      socket.onmessage = ({ data }) => {
        frames.push(data);
        if (parse(data)?.type === 'welcome') this.#hand(socket, frames);
      };
    } catch {
      failed();
    }
  }

  #hand(socket: Socket, frames: readonly unknown[]): void {
    clearTimeout(this.#timer);
    this.#socket = undefined; // the owner ends us when it takes it
    if (this.#adopt(socket, frames)) return;
    this.#socket = socket;
    this.#timer = setTimeout(() => this.#hand(socket, frames), IDLE_CHECK_MS);
  }

  #drop(): void {
    if (!this.#socket) return;
    this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close(1000);
    this.#socket = undefined;
  }
}
