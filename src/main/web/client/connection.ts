/**
 * One connection to the gateway that outlives its sockets: when one is lost it opens the next, at the next endpoint, and
 * its rooms enter again where they were. It knows no DOM and brings no payload of its own.
 */
import { Emitter } from './emitter.js';
import { socketUrl } from './endpoints.js';
import { Link } from './link.js';
import type { LinkOptions, State } from './link.js';
import { Membership } from './membership.js';
import { isObject } from './merge.js';
import type { Command, JoinOptions, Position, Replies, RoomFrame, ServerMessage } from './protocol.js';
import type { SavedRoom } from './replica.js';
import type { Room } from './room.js';
import { canShare, PortSocket } from './shared/port.js';
import type { Sharing } from './shared/port.js';
import { StreamSocket } from './stream.js';
import { watchVisibility } from './visibility.js';
import { openWebSocket } from './wire.js';
import type { Opener } from './wire.js';

/** What belongs to no room: the gateway's other frames by their type, and what becomes of the connection. */
export type Events = { [M in Exclude<ServerMessage, RoomFrame> as M['type']]: M } & { state: State };

/** Everything a page must keep to go on after a reload; plain JSON. */
export interface Snapshot {
  rooms: Record<string, SavedRoom>;
}

export interface Options extends LinkOptions {
  /** What `snapshot` gave, as it was stored. Rooms in it resume when they are joined; what is no snapshot is ignored. */
  resume: unknown;
  /** Whether a stream and HTTP may stand in for a WebSocket that does not get through. */
  fallback: boolean;
  /** Tabs of one browser share one connection, where it knows shared workers; see `SharedOptions`. */
  shared: boolean | SharedOptions;
  /** For how long nobody may look at the page before rooms that keep a state pause; `Infinity` lets them go on. */
  pauseHiddenMs: number;
}

export interface SharedOptions {
  /** Where `fanfara.worker.js` is. It must have the page's own origin; the default is beside this script. */
  script?: string | URL;
  /** Only tabs with the same name share. Where there are users it names one: a connection is one user's. */
  name?: string;
}

const DEFAULTS = {
  socket: openWebSocket,
  random: Math.random,
  replyTimeoutMs: 10_000,
};

/**
 * Connects to the first endpoint that answers; the default is the host the page came from. With several, the first is
 * tried first and the others in random order.
 */
export function connect(endpoints: string | readonly string[] = '/', options: Partial<Options> = {}): Connection {
  const connection = new Connection(endpoints, options);
  connection.open();
  return connection;
}

export class Connection extends Emitter<Events> {
  readonly #link: Link;
  readonly #rooms = new Map<string, Membership>();
  /** Saved rooms that were not joined yet. */
  readonly #resume: Map<string, unknown>;
  readonly #pauseHiddenMs: number;
  #isHidden = false;
  #unwatch: (() => void) | undefined;

  constructor(endpoints: string | readonly string[], options: Partial<Options> = {}) {
    super();
    const { resume, fallback = true, pauseHiddenMs = 10_000, shared, ...linkOptions } = options;
    const stream: Opener = (url, token) => new StreamSocket(url, token, [...this.#rooms.values()].map(({ join }) => join));
    this.#pauseHiddenMs = pauseHiddenMs;
    this.#resume = new Map(isObject(resume) && isObject(resume.rooms) ? Object.entries(resume.rooms) : []);
    const own: LinkOptions = { ...DEFAULTS, stream: fallback ? stream : undefined, ...linkOptions };
    const line = shared ? this.#share(endpoints, shared === true ? {} : shared, own) : own;
    this.#link = new Link(endpoints, line, {
      became: (state) => this.#became(state),
      heard: (message, command) => this.#heard(message, command),
      quieted: () => this.#rooms.forEach((room) => room.show()),
      resumes: () => this.#resume.size > 0 || Object.keys(this.positions()).length > 0,
    });
  }

  /** The way through the worker, and in its place our own where there is none, or turns out to be none. */
  #share(given: string | readonly string[], { script = beside(), name = '' }: SharedOptions, own: LinkOptions): LinkOptions {
    if (!canShare(script)) return own;
    const { token, replyTimeoutMs, stream } = own;
    const endpoints = ([] as string[]).concat(given).map(socketUrl);
    const failed = (): void => void Object.assign(shared, own);
    const sharing: Sharing = {
      script,
      name: ['fanfara', name, ...endpoints].join(' '),
      endpoints,
      fallback: stream !== undefined,
      replyTimeoutMs,
      token: typeof token === 'string' ? () => token : token,
      saved: (room) => this.#rooms.get(room)?.saved,
      failed,
    };
    const shared: LinkOptions = { ...own, token: undefined, stream: undefined, socket: () => new PortSocket(sharing) };
    return shared;
  }

  get state(): State {
    return this.#link.state;
  }

  /** Frames received since the connection was made, over all its sockets. */
  get received(): number {
    return this.#link.received;
  }

  /** Opens the connection, or cuts the wait before the next attempt short. Does nothing while a socket is there. */
  open(): void {
    this.#unwatch ??= watchVisibility(this.#pauseHiddenMs, (isHidden) => {
      this.#isHidden = isHidden;
      for (const room of this.#rooms.values()) room.pause(isHidden);
    });
    this.#link.open();
  }

  /** Closes for good; rooms are kept, so that `open` would enter them again. */
  close(): void {
    this.#unwatch?.();
    this.#unwatch = undefined;
    this.#link.close();
  }

  /**
   * Makes this connection a member of the room, now and after every reconnect, until the room is left. `saved` is where to
   * go on: the room's part of a snapshot.
   */
  join(name: string, options: JoinOptions = {}, saved: unknown = this.#resume.get(name)): Room {
    if (this.#rooms.has(name)) throw new Error(`Already in room ${name}`);
    this.#resume.delete(name);
    const room = new Membership(name, options, this.#link, saved, () => this.#rooms.delete(name));
    this.#rooms.set(name, room);
    room.pause(this.#isHidden);
    if (this.#link.isLive) room.enter();
    return room;
  }

  /**
   * Sends a command and waits for the reply with its `id`. Rejects with a `Refusal` when the gateway says no, with
   * another error when there is no connection, it is lost, or no reply comes. Nothing is queued or sent twice.
   */
  request<C extends Command>(command: C): Promise<Replies[C['type']]> {
    return this.#link.request(command);
  }

  /** What to store, so that `connect(…, {resume})` goes on here: a reload then misses nothing. */
  snapshot(): Snapshot {
    return { rooms: this.#each((room) => room.saved) };
  }

  /** The last position of every room that has one. */
  positions(): Record<string, Position> {
    return this.#each((room) => room.position);
  }

  #each<T>(read: (room: Membership) => T | undefined): Record<string, T> {
    const known = [...this.#rooms].map(([name, room]) => [name, read(room)] as const);
    return Object.fromEntries(known.filter((entry): entry is readonly [string, T] => entry[1] !== undefined));
  }

  #became(state: State): void {
    for (const room of [...this.#rooms.values()]) {
      if (state.name === 'live') room.enter();
      else if (state.name === 'closed') room.stopped(`Connection closed: ${state.reason || state.code}`);
      else room.lost();
    }
    this.emit('state', state);
  }

  #heard(message: ServerMessage, command: Command | undefined): void {
    if (message.type === 'ack' && command?.type === 'message') this.#rooms.get(command.room)?.acked(message, command);
    if (isRoomFrame(message)) this.#rooms.get(message.room)?.hear(message, command);
    else this.emit(message.type, message as never);
  }
}

const ROOM_FRAMES: ReadonlySet<string> = new Set<RoomFrame['type']>([
  'joined', 'left', 'message', 'patch', 'user-joined', 'user-left', 'presence', 'degraded', 'restored',
]);

function isRoomFrame(message: ServerMessage): message is RoomFrame {
  return ROOM_FRAMES.has(message.type);
}

/** Where this script was loaded from. A bundle elsewhere says itself where the worker is. */
function beside(): URL {
  return new URL('fanfara.worker.js', import.meta.url);
}
