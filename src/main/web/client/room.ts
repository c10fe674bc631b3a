import type { Emitter } from './emitter.js';
import type { JsonObject } from './merge.js';
import type { Ack, History, HistoryOptions, Joined, Left, Move, Pace, Payload, Position, Presence } from './protocol.js';
import type { Refusal } from './refusal.js';
import type { MessageEvent, PatchEvent } from './replica.js';

/**
 * - `fresh`: what is shown is what is.
 * - `stale`: the room is not joined (yet, or again), or the line has been silent for longer than it should, or the page was
 *   hidden and its room paused.
 * - `degraded`: this connection is too slow for the room and gets conflated frames.
 */
export type RoomStatus = 'fresh' | 'stale' | 'degraded';

/** `missed`: how many updates came back when the room was entered again; absent if not all did. */
export type JoinedEvent = Joined & { missed?: number };

export interface RoomEvents {
  /** After every reconnect anew, and when the room began a new epoch. What was missed follows as `message` or `patch`. */
  joined: JoinedEvent;
  /** Left or taken away; it is not joined again. */
  left: Left;
  /** The gateway will not have us in this room; it is not asked again. */
  refused: Refusal;
  status: RoomStatus;
  message: MessageEvent;
  patch: PatchEvent;
  /** State rooms: the whole object, once for each frame that changed it. */
  state: JsonObject;
  presence: Presence;
  'user-joined': Move;
  'user-left': Move;
  degraded: Pace;
  restored: Pace;
}

export interface PublishOptions {
  /** Makes the message safe to send again: the gateway delivers a key once. At most 64 characters. */
  key?: string;
  /** Whether we want to hear it ourselves. */
  echo?: boolean;
}

/**
 * A room joined by intention: "a member from now on", through any number of sockets, until `leave`. It keeps its place in
 * the room's stream, so that after a loss it hears exactly what it missed, or is told that it cannot.
 */
export interface Room extends Pick<Emitter<RoomEvents>, 'on'> {
  readonly name: string;
  readonly status: RoomStatus;
  /** The last position seen; none in a plain room. */
  readonly position: Position | undefined;
  /** State rooms: what `state` told last. Never changed, only replaced. */
  readonly state: JsonObject | undefined;

  /**
   * A string is short for `{text}`; in a state room `{data}` is a merge patch. Fails with a `Refusal` when the gateway says no. When the connection is lost before the ack, a message with a `key` is
   * sent again; one without fails.
   */
  publish(payload: Payload | string, options?: PublishOptions): Promise<Ack>;
  /** What the room remembers: by itself the newest messages, with `since` the oldest after that. */
  history(options?: HistoryOptions): Promise<History>;
  /** Who is there now. */
  presence(): Promise<Presence>;
  /** State rooms: at most so many frames a second from now on; 0 pauses. */
  setRate(maxRate: number): Promise<void>;
  leave(): void;
}
