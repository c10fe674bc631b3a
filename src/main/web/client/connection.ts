/**
 * One connection to the gateway that outlives its sockets: when a socket is lost it opens the next and enters its rooms
 * again. It knows no DOM and brings no payload of its own.
 *
 * A room is joined by intention: `join` says "be a member from now on", and what became of it arrives as `joined` or
 * `refused`, after every reconnect anew. `#enter` is the only place that sends a join.
 */
import { backoff, isFinal, retryAfter } from './reconnect.js';
import { Refusal } from './protocol.js';
import type { Command, ErrorFrame, JoinOptions, Replies, ServerMessage, Welcome } from './protocol.js';

export type State =
  | { name: 'connecting' }
  | { name: 'live'; welcome: Welcome }
  /** `at` is the epoch millisecond of the next attempt. */
  | { name: 'reconnecting'; at: number; code: number; reason: string }
  | { name: 'closed'; code: number; reason: string };

/** What can be listened to: every frame by its type, and two events of the connection itself. */
export type Events = { [M in ServerMessage as M['type']]: M } & {
  state: State;
  /** The gateway will not have us in this room; it is not asked again. */
  refused: { room: string; refusal: Refusal };
};

/** As much of a WebSocket as is used here, so that a test or another runtime can bring its own. */
export type Socket = Pick<WebSocket, 'send' | 'close' | 'onmessage' | 'onclose' | 'onerror'>;

export interface Options {
  socket: (url: string) => Socket;
  random: () => number;
  /** How long a handshake or a reply may take. */
  replyTimeoutMs: number;
}

interface Pending {
  resolve: (reply: never) => void;
  reject: (failure: Error) => void;
  timer: Timer;
}

type Timer = ReturnType<typeof setTimeout>;
type Listener = (event: never) => void;

/** A connection that lived this long was a good one: the next failure is counted as the first. */
const SETTLED_MS = 10_000;
const REJOIN_MS = 2_000;

/** What browsers report for a socket that went away without a close frame. */
const LOST = 1006;

export class Connection {
  readonly #url: string;
  readonly #options: Options;
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #rooms = new Map<string, JoinOptions>();
  /** Commands of the current socket that wait for a reply, by `id`. */
  readonly #pending = new Map<number, Pending>();

  #state: State = { name: 'closed', code: 1000, reason: 'Not opened' };
  #socket: Socket | undefined;
  #lastId = 0;
  #failures = 0;
  #liveSince = 0;
  #lastHeard = 0;
  /** When the gateway asked us to come back, if it did. */
  #resumeAt: number | undefined;
  /** The one timer of the current state: handshake deadline, heartbeat watch, or wait before the next attempt. */
  #timer: Timer | undefined;

  /** Frames received since the connection was made, over all its sockets. */
  received = 0;

  constructor(url: string, options: Partial<Options> = {}) {
    this.#url = url;
    this.#options = {
      socket: (address) => new WebSocket(address),
      random: Math.random,
      replyTimeoutMs: 10_000,
      ...options,
    };
  }

  get state(): State {
    return this.#state;
  }

  on<E extends keyof Events>(event: E, listener: (event: Events[E]) => void): void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners.add(listener as Listener));
  }

  /** Opens the connection, or cuts the wait before the next attempt short. Does nothing while a socket is there. */
  open(): void {
    if (this.#socket) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#abandon('No welcome'), this.#options.replyTimeoutMs);
    const socket = this.#options.socket(this.#url);
    this.#socket = socket;
    socket.onmessage = (event) => this.#receive(event.data);
    socket.onclose = (event) => this.#closed(event.code, event.reason);
    socket.onerror = () => {}; // a close with the code follows; Node's `ws` throws when nobody listens
    this.#become({ name: 'connecting' });
  }

  /** Closes for good; rooms are kept, so that `open` would enter them again. */
  close(): void {
    this.#drop(1000);
    this.#end(1000, 'Closed by the client');
  }

  /** Makes this connection a member of the room, now and after every reconnect, until `leave`. */
  join(room: string, options: JoinOptions = {}): void {
    this.#rooms.set(room, options);
    if (this.#state.name === 'live') void this.#enter(room, options);
  }

  leave(room: string): void {
    if (!this.#rooms.delete(room) || this.#state.name !== 'live') return;
    this.request({ type: 'leave', room }).catch(() => {}); // a lost socket has left too
  }

  /**
   * Sends a command and waits for the reply with its `id`. Rejects with a `Refusal` when the gateway says no, with
   * another error when there is no connection, it is lost, or no reply comes. Nothing is queued or sent twice.
   */
  request<C extends Command>(command: C): Promise<Replies[C['type']]> {
    const socket = this.#socket;
    if (!socket || this.#state.name !== 'live') return Promise.reject(new Error('Not connected'));
    const id = ++this.#lastId;
    const sentAt = Date.now();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        reject(new Error(`No reply to ${command.type}`));
        // A busy gateway may be late with one reply; a line on which nothing arrives any more is dead.
        if (this.#lastHeard < sentAt) this.#abandon('Heartbeat timeout');
      }, this.#options.replyTimeoutMs);
      this.#pending.set(id, { resolve, reject, timer });
      socket.send(JSON.stringify({ ...command, id }));
    });
  }

  #receive(frame: unknown): void {
    this.received++;
    this.#lastHeard = Date.now();
    const message = parse(frame);
    if (!message) return;
    switch (message.type) {
      case 'welcome':
        this.#welcomed(message);
        break;
      case 'reconnect':
        this.#resumeAt = Date.now() + message.after;
        break;
      case 'left':
        // Unasked it was the gateway's decision, and joining again would contradict it.
        if (message.id === undefined) this.#rooms.delete(message.room);
        break;
    }
    this.#settle(message);
    this.#emit(message.type, message as never);
  }

  #welcomed(welcome: Welcome): void {
    clearTimeout(this.#timer);
    this.#liveSince = Date.now();
    this.#watch(welcome.heartbeat || 25_000);
    this.#become({ name: 'live', welcome });
    for (const [room, options] of this.#rooms) void this.#enter(room, options);
  }

  /** Browsers hide the protocol's own pings, so a silent line is asked in words. `request` acts on the answer's absence. */
  #watch(heartbeat: number): void {
    this.#timer = setTimeout(() => {
      this.#watch(heartbeat);
      if (Date.now() - this.#lastHeard >= heartbeat) this.request({ type: 'ping' }).catch(() => {});
    }, heartbeat);
  }

  /** The seam for recovery: what the room's last position adds to a join goes in here, and nowhere else. */
  async #enter(room: string, options: JoinOptions): Promise<void> {
    const socket = this.#socket;
    const wanted = () => this.#rooms.get(room) === options && this.#socket === socket;
    try {
      await this.request({ type: 'join', room, ...options });
    } catch (failure) {
      if (!wanted()) return;
      if (!(failure instanceof Refusal)) {
        // Whether we are a member is unknown; a new socket asks again from a clean slate.
        this.#abandon('Join was not answered');
      } else if (failure.passing) {
        setTimeout(() => wanted() && void this.#enter(room, options), failure.retryAfter ?? REJOIN_MS);
      } else {
        this.#rooms.delete(room);
        this.#emit('refused', { room, refusal: failure });
      }
    }
  }

  #settle(message: ServerMessage): void {
    const id = 'id' in message ? message.id : undefined;
    const pending = this.#pending.get(id as number);
    if (!pending) return;
    this.#pending.delete(id as number);
    clearTimeout(pending.timer);
    if (message.type === 'error') pending.reject(new Refusal(message as ErrorFrame));
    else pending.resolve(message as never);
  }

  /** Gives a socket up without waiting for its closing handshake, which on a dead line would take minutes. */
  #abandon(reason: string): void {
    this.#drop(4000, reason);
    this.#closed(LOST, reason);
  }

  #drop(code: number, reason?: string): void {
    if (!this.#socket) return;
    this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close(code, reason);
  }

  #closed(code: number, reason: string): void {
    if (isFinal(code)) return this.#end(code, reason);
    const now = Date.now();
    if (this.#state.name === 'live' && now - this.#liveSince >= SETTLED_MS) this.#failures = 0;
    const wait =
      this.#resumeAt === undefined
        ? retryAfter(reason) + backoff(this.#failures++, this.#options.random)
        : Math.max(0, this.#resumeAt - now);
    this.#forget();
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
    const lost = [...this.#pending.values()];
    this.#pending.clear();
    for (const pending of lost) {
      clearTimeout(pending.timer);
      pending.reject(new Error('Connection lost'));
    }
  }

  #become(state: State): void {
    this.#state = state;
    this.#emit('state', state);
  }

  #emit<E extends keyof Events>(event: E, value: Events[E]): void {
    for (const listener of this.#listeners.get(event) ?? []) listener(value as never);
  }
}

function parse(frame: unknown): ServerMessage | undefined {
  try {
    const message: unknown = JSON.parse(String(frame));
    const known = typeof message === 'object' && message !== null && 'type' in message;
    return known ? (message as ServerMessage) : undefined;
  } catch {
    return undefined;
  }
}
