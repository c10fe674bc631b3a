/**
 * The line to the gateway: one socket at a time, and the next when that is lost, at the next endpoint. It knows commands
 * and replies, but no rooms; what arrives and what becomes of it is told to its owner.
 *
 * An attempt begins with a WebSocket. Where two in a row did not get through, or died as soon as they were open, a stream
 * (see stream.ts) is tried in the same attempt, so that a gateway that is merely down is not taken for a proxy in the way.
 * Once a stream works, attempts begin with it, and from time to time a WebSocket is tried beside it (see upgrade.ts).
 */
import { Endpoints } from './endpoints.js';
import { isOffline, watchNetwork } from './network.js';
import { parse } from './protocol.js';
import type { Authenticated, Command, Replies, ServerMessage, Welcome } from './protocol.js';
import { backoff, isFinal, renewIn, retryAfter, wantsToken } from './reconnect.js';
import { PendingReplies } from './replies.js';
import { Upgrade } from './upgrade.js';
import { LOST } from './wire.js';
import type { Opener, Socket } from './wire.js';

export type State =
  | { name: 'connecting' }
  /** `transport`: whether a WebSocket or a stream was the way through. */
  | { name: 'live'; welcome: Welcome; transport: Transport }
  /** `at` is the epoch millisecond of the next attempt. */
  | { name: 'reconnecting'; at: number; code: number; reason: string }
  /** The browser has no network; the next attempt comes when it has. */
  | { name: 'offline' }
  | { name: 'closed'; code: number; reason: string };

export type Transport = 'websocket' | 'sse';

/** A JWT, or what gets one: asked before each attempt, and again before the token expires. */
export type TokenSource = string | (() => string | undefined | Promise<string | undefined>);

export interface LinkOptions {
  token?: TokenSource | undefined;
  socket: Opener;
  /** What stands in for a WebSocket that does not get through. */
  stream?: Opener | undefined;
  random: () => number;
  /** How long a handshake, a reply or a token may take. */
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
/** A proxy that knows no WebSockets may let the upgrade through and cut the line then. */
const CUT_MS = 3_000;
/** So many WebSockets in a row that broke, and a stream is tried. */
const BROKEN = 2;
/** So many heartbeats without a word, and nobody knows whether what is shown is still so. */
const QUIET = 1.5;
const RENEW_AGAIN_MS = 10_000;

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
  #transport: Transport = 'websocket';
  /** What the next attempt begins with. */
  #preferred: Transport = 'websocket';
  /** WebSockets in a row that broke before the welcome or right after it. */
  #broken = 0;
  #failures = 0;
  #liveSince = 0;
  #lastHeard = 0;
  /** When the gateway asked us to come back, if it did. */
  #resumeAt: number | undefined;
  /** The one timer of the current state: deadline, heartbeat watch, or wait before the next attempt. */
  #timer: ReturnType<typeof setTimeout> | undefined;
  #renewal: ReturnType<typeof setTimeout> | undefined;
  #upgrade: Upgrade | undefined;
  /** What was shown last. */
  #token: string | undefined;
  /** The gateway did not like it; one new token is tried, not one after the other. */
  #wasRefused = false;
  #unwatch: (() => void) | undefined;

  constructor(endpoints: string | readonly string[], options: LinkOptions, owner: LinkOwner) {
    this.#endpoints = new Endpoints(endpoints, options.random);
    this.#options = options;
    this.#owner = owner;
  }

  get #isOffline(): boolean {
    return isOffline(this.#endpoints.current);
  }

  get isLive(): boolean {
    return this.state.name === 'live';
  }

  /** Opens the line, or cuts the wait before the next attempt short. Does nothing while a socket is there. */
  open(): void {
    if (this.isLive || this.state.name === 'connecting') return;
    clearTimeout(this.#timer);
    this.#unwatch ??= watchNetwork(() => this.#networkChanged());
    if (this.#isOffline) this.#become({ name: 'offline' });
    else this.#attempt(this.#preferred);
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

  #attempt(transport: Transport): void {
    this.#transport = transport;
    this.#timer = setTimeout(() => this.abandon('No welcome'), this.#options.replyTimeoutMs);
    const attempt: State = { name: 'connecting' };
    this.#become(attempt);
    if (this.state !== attempt) return; // whoever was told has closed it
    const { token } = this.#options;
    if (typeof token !== 'function') return this.#connect(token);
    askFor(token).then(
      (fresh) => this.state === attempt && this.#connect(fresh),
      (failure) => this.state === attempt && this.#closed(LOST, `No token: ${failure}`),
    );
  }

  #connect(token: string | undefined): void {
    this.#token = token;
    const open = (this.#transport === 'sse' && this.#options.stream) || this.#options.socket;
    try {
      this.#use(open(this.#url(), token));
    } catch (failure) {
      this.#closed(LOST, String(failure)); // such as ws: from a page of https:
    }
  }

  #use(socket: Socket): void {
    this.#socket = socket;
    socket.onmessage = (event) => this.#receive(event.data);
    socket.onclose = (event) => this.#closed(event.code, event.reason);
    socket.onerror = () => {}; // a close with the code follows; Node's `ws` throws when nobody listens
  }

  #url(): string {
    const url = new URL(this.#endpoints.current);
    if (this.#owner.resumes()) url.searchParams.set('resume', '1');
    return url.href;
  }

  #receive(frame: unknown): void {
    this.received++;
    this.#lastHeard = Date.now();
    this.#hush(false);
    const message = parse(frame);
    if (!message) return;
    if (message.type === 'welcome') this.#welcomed(message);
    if (message.type === 'authenticated') this.#authenticated(message);
    if (message.type === 'reconnect') this.#resumeAt = Date.now() + message.after;
    this.#owner.heard(message, this.#replies.settle(message));
  }

  #welcomed(welcome: Welcome): void {
    if (this.state.name === 'live') {
      this.state.welcome = welcome; // a stream that was opened again
      return;
    }
    clearTimeout(this.#timer);
    this.#liveSince = Date.now();
    this.#preferred = this.#transport;
    this.#wasRefused = false;
    this.#watch(welcome.heartbeat || 25_000);
    if (this.#transport === 'sse') this.#seekUpgrade();
    this.#become({ name: 'live', welcome, transport: this.#transport });
  }

  #seekUpgrade(): void {
    const { socket, replyTimeoutMs } = this.#options;
    const open = () => socket(this.#url(), this.#token);
    this.#upgrade = new Upgrade(open, replyTimeoutMs, (opened, frames) => this.#upgradeTo(opened, frames));
  }

  /** False while a command waits for its reply, which would not come over another socket. */
  #upgradeTo(socket: Socket, frames: readonly unknown[]): boolean {
    if (!this.#replies.isEmpty) return false;
    this.#drop(1000);
    this.#forget();
    this.#transport = 'websocket';
    this.#become({ name: 'connecting' });
    this.#use(socket);
    for (const frame of frames) this.#receive(frame);
    return true;
  }

  #authenticated({ expires }: Authenticated): void {
    this.#renewLater(renewIn(Date.parse(expires) - Date.now()));
  }

  #renewLater(wait: number): void {
    clearTimeout(this.#renewal);
    const { token } = this.#options;
    if (typeof token !== 'function') return;
    this.#renewal = setTimeout(() => {
      this.#renew(token).catch(() => this.isLive && this.#renewLater(RENEW_AGAIN_MS));
    }, wait);
  }

  /** If that does not come in time the gateway closes 4001, and the next attempt asks again. */
  async #renew(source: Exclude<TokenSource, string>): Promise<void> {
    const token = await askFor(source);
    if (token === undefined || !this.isLive) return;
    this.#token = token;
    await this.request({ type: 'auth', token });
  }

  /** Browsers hide the protocol's own pings, so a silent line is asked in words. `request` acts on the answer's absence. */
  #watch(heartbeat: number): void {
    const silence = Date.now() - this.#lastHeard;
    const limit = heartbeat * QUIET;
    if (silence >= heartbeat) this.#ping();
    if (silence >= limit) this.#hush(true);
    const next = silence < heartbeat ? heartbeat - silence : silence < limit ? limit - silence : heartbeat;
    this.#timer = setTimeout(() => this.#watch(heartbeat), next);
  }

  #ping(): void {
    this.request({ type: 'ping' }).catch(() => {});
  }

  #networkChanged(): void {
    if (this.isLive) return this.#ping(); // it may or may not have survived
    if (this.state.name === 'closed') return;
    if (!this.#isOffline) return this.open();
    if (this.state.name === 'connecting') return this.abandon('Offline');
    clearTimeout(this.#timer);
    this.#become({ name: 'offline' });
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
    const now = Date.now();
    const lived = this.isLive ? now - this.#liveSince : -1;
    const isStream = this.#transport === 'sse';
    // With a code it was the gateway that closed it, so it had come through.
    if (!isStream) this.#broken = code === LOST && lived < CUT_MS ? this.#broken + 1 : 0;
    if (isStream && lived < 0) this.#preferred = 'websocket';

    const mayRenew = wantsToken(code, reason) && typeof this.#options.token === 'function' && !this.#wasRefused;
    if (isFinal(code) && !mayRenew) return this.#end(code, reason);
    if (lived >= SETTLED_MS) this.#failures = 0;
    const { stream, random } = this.#options;
    const wait =
      this.#resumeAt === undefined ? retryAfter(reason) + backoff(this.#failures, random) : Math.max(0, this.#resumeAt - now);
    const isAsked = this.#resumeAt !== undefined;
    this.#forget();
    this.#wasRefused = mayRenew;
    if (this.#isOffline) return this.#become({ name: 'offline' });
    if (!isStream && stream && this.#broken >= BROKEN) return this.#attempt('sse');
    if (!isAsked) this.#failures++;
    this.#endpoints.next();
    this.#timer = setTimeout(() => this.open(), wait);
    this.#become({ name: 'reconnecting', at: now + wait, code, reason });
  }

  #end(code: number, reason: string): void {
    this.#forget();
    this.#unwatch?.();
    this.#unwatch = undefined;
    this.#wasRefused = false;
    this.#become({ name: 'closed', code, reason });
  }

  /** Lets go of everything that belonged to the socket. */
  #forget(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#renewal);
    this.#upgrade?.end();
    this.#upgrade = undefined;
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

async function askFor(token: Exclude<TokenSource, string>): Promise<string | undefined> {
  return token();
}
