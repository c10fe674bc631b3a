/**
 * The line to the gateway: one socket at a time, and the next when that is lost, at the next endpoint. It knows commands
 * and replies, but no rooms; what arrives and what becomes of it is told to its owner.
 */
import { Endpoints } from './endpoints.js';
import { parse } from './protocol.js';
import type { Command, Replies, ServerMessage, Welcome } from './protocol.js';
import { backoff, isFinal, retryAfter } from './reconnect.js';
import { PendingReplies } from './replies.js';

export type State =
  | { name: 'connecting' }
  | { name: 'live'; welcome: Welcome }
  /** `at` is the epoch millisecond of the next attempt. */
  | { name: 'reconnecting'; at: number; code: number; reason: string }
  | { name: 'closed'; code: number; reason: string };

/** As much of a WebSocket as is used here, so that a test or another runtime can bring its own. */
export type Socket = Pick<WebSocket, 'send' | 'close' | 'onmessage' | 'onclose' | 'onerror'>;

export interface LinkOptions {
  socket: (url: string) => Socket;
  random: () => number;
  /** How long a handshake or a reply may take. */
  replyTimeoutMs: number;
}

export interface LinkOwner {
  became(state: State): void;
  /** `command` is the one the message answers. */
  heard(message: ServerMessage, command: Command | undefined): void;
  /** The line fell silent, or is silent no more. */
  quieted(): void;
  /** Whether there is something to go on with: a gateway that is busy lets such a client in first. */
  resumes(): boolean;
}

/** A connection that lived this long was a good one: the next failure is counted as the first. */
const SETTLED_MS = 10_000;
/** So many heartbeats without a word, and nobody knows whether what is shown is still so. */
const QUIET = 1.5;

/** What browsers report for a socket that went away without a close frame. */
const LOST = 1006;

export class Link {
  readonly #endpoints: Endpoints;
  readonly #options: LinkOptions;
  readonly #owner: LinkOwner;
  readonly #replies = new PendingReplies();

  state: State = { name: 'closed', code: 1000, reason: 'Not opened' };
  quiet = false;
  /** Frames, over all sockets. */
  received = 0;
  #socket: Socket | undefined;
  #failures = 0;
  #liveSince = 0;
  #lastHeard = 0;
  /** When the gateway asked us to come back, if it did. */
  #resumeAt: number | undefined;
  /** The one timer of the current state: handshake deadline, heartbeat watch, or wait before the next attempt. */
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(endpoints: string | readonly string[], options: LinkOptions, owner: LinkOwner) {
    this.#endpoints = new Endpoints(endpoints, options.random);
    this.#options = options;
    this.#owner = owner;
  }

  get isLive(): boolean {
    return this.state.name === 'live';
  }

  /** Opens the line, or cuts the wait before the next attempt short. Does nothing while a socket is there. */
  open(): void {
    if (this.#socket) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.abandon('No welcome'), this.#options.replyTimeoutMs);
    try {
      this.#socket = this.#options.socket(this.#url());
    } catch (failure) {
      return this.#closed(LOST, String(failure)); // such as ws: from a page of https:
    }
    this.#socket.onmessage = (event) => this.#receive(event.data);
    this.#socket.onclose = (event) => this.#closed(event.code, event.reason);
    this.#socket.onerror = () => {}; // a close with the code follows; Node's `ws` throws when nobody listens
    this.#become({ name: 'connecting' });
  }

  #url(): string {
    const url = new URL(this.#endpoints.current);
    if (this.#owner.resumes()) url.searchParams.set('resume', '1');
    return url.href;
  }

  close(): void {
    this.#drop(1000);
    this.#end(1000, 'Closed by the client');
  }

  /** Gives a socket up without waiting for its closing handshake, which on a dead line would take minutes. */
  abandon(reason: string): void {
    this.#drop(4000, reason);
    this.#closed(LOST, reason);
  }

  request<C extends Command>(command: C): Promise<Replies[C['type']]> {
    const socket = this.#socket;
    if (!socket || !this.isLive) return Promise.reject(new Error('Not connected'));
    const sentAt = Date.now();
    return this.#replies.await(
      command,
      this.#options.replyTimeoutMs,
      (frame) => socket.send(frame),
      // A busy gateway may be late with one reply; a line on which nothing arrives any more is dead.
      () => this.#lastHeard < sentAt && this.abandon('Heartbeat timeout'),
    );
  }

  #receive(frame: unknown): void {
    this.received++;
    this.#lastHeard = Date.now();
    this.#hush(false);
    const message = parse(frame);
    if (!message) return;
    if (message.type === 'welcome') this.#welcomed(message);
    if (message.type === 'reconnect') this.#resumeAt = Date.now() + message.after;
    this.#owner.heard(message, this.#replies.settle(message));
  }

  #welcomed(welcome: Welcome): void {
    clearTimeout(this.#timer);
    this.#liveSince = Date.now();
    this.#watch(welcome.heartbeat || 25_000);
    this.#become({ name: 'live', welcome });
  }

  /** Browsers hide the protocol's own pings, so a silent line is asked in words. `request` acts on the answer's absence. */
  #watch(heartbeat: number): void {
    const silence = Date.now() - this.#lastHeard;
    const limit = heartbeat * QUIET;
    if (silence >= heartbeat) this.request({ type: 'ping' }).catch(() => {});
    if (silence >= limit) this.#hush(true);
    const next = silence < heartbeat ? heartbeat - silence : silence < limit ? limit - silence : heartbeat;
    this.#timer = setTimeout(() => this.#watch(heartbeat), next);
  }

  #hush(quiet: boolean): void {
    if (this.quiet === quiet) return;
    this.quiet = quiet;
    this.#owner.quieted();
  }

  #drop(code: number, reason?: string): void {
    if (!this.#socket) return;
    this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close(code, reason);
  }

  #closed(code: number, reason: string): void {
    if (isFinal(code)) return this.#end(code, reason);
    const now = Date.now();
    if (this.isLive && now - this.#liveSince >= SETTLED_MS) this.#failures = 0;
    const wait =
      this.#resumeAt === undefined
        ? retryAfter(reason) + backoff(this.#failures++, this.#options.random)
        : Math.max(0, this.#resumeAt - now);
    this.#forget();
    this.#endpoints.next();
    this.#timer = setTimeout(() => this.open(), wait);
    this.#become({ name: 'reconnecting', at: now + wait, code, reason });
  }

  #end(code: number, reason: string): void {
    this.#forget();
    this.#become({ name: 'closed', code, reason });
  }

  /** Lets go of everything that belonged to the socket. */
  #forget(): void {
    clearTimeout(this.#timer);
    this.#socket = undefined;
    this.#resumeAt = undefined;
    this.quiet = false;
    this.#replies.lose();
  }

  #become(state: State): void {
    this.state = state;
    this.#owner.became(state);
  }
}
