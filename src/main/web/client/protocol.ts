/** The words of the native protocol (`/ws`) that this client speaks: one type per frame, in each direction. */
import type { JsonObject } from './merge.js';

export type Id = string | number;

export type Payload = { text: string } | { data: unknown };

/** A place in a room's stream: which life of it, and the number within that. */
export interface Position {
  epoch: string;
  offset: number;
}

/** What a member may ask for when it enters a room. */
export interface JoinOptions {
  /** Display name; the gateway takes it in anonymous mode only. */
  user?: string;
  /** How many of the room's last messages `joined` should bring. */
  history?: number;
  /** State rooms: at most so many frames a second, conflated; 0 pauses. */
  maxRate?: number;
}

/** With `since` what came after it, oldest first; otherwise the newest. */
export interface HistoryOptions {
  since?: Position;
  limit?: number;
}

export type JoinCommand = { type: 'join'; room: string; since?: Position } & JoinOptions;
export type PublishCommand = { type: 'message'; room: string; echo?: boolean; key?: string } & Payload;

export type Command =
  | JoinCommand
  | PublishCommand
  | { type: 'leave'; room: string }
  | { type: 'update'; room: string; maxRate: number }
  | { type: 'presence'; room: string }
  | ({ type: 'history'; room: string } & HistoryOptions)
  | { type: 'auth'; token: string }
  | ({ type: 'broadcast' } & Payload)
  | ({ type: 'private-message'; to: string } & Payload)
  | { type: 'ping' };

/** Which frame answers which command. A refusal is an `error` frame instead. */
export interface Replies {
  join: Joined;
  leave: Left;
  message: Ack;
  update: Updated;
  presence: Presence;
  history: History;
  auth: Authenticated;
  broadcast: Ack;
  'private-message': Ack;
  ping: Pong;
}

/** What a frame that answers a command repeats of it. */
interface Reply {
  id?: Id;
}

export interface Welcome {
  type: 'welcome';
  connection: string;
  user: string;
  node: string;
  /** Milliseconds of silence after which either side may ask whether the other is still there. */
  heartbeat: number;
  version: string;
}

/** A token was accepted. */
export interface Authenticated extends Reply {
  type: 'authenticated';
  user: string;
  /** ISO 8601. */
  expires: string;
}

export interface Joined extends Reply, Partial<Position> {
  type: 'joined';
  room: string;
  /** How many connections are in the room; absent when its presence is off. */
  members?: number;
  /** Whether `messages` hold all that was missed; absent when nothing was to be recovered. */
  recovered?: boolean;
  /** Missed or asked-for messages, oldest first. */
  messages?: Array<Message | Patch>;
  /** State rooms: the whole object, unless `messages` make it up. */
  state?: JsonObject;
}

export interface Left extends Reply {
  type: 'left';
  room: string;
  reason?: string;
}

export interface Message {
  type: 'message';
  room: string;
  user?: string;
  text?: string;
  data?: unknown;
  timestamp: string;
  offset?: number;
}

/** A state room went from `previous` to `offset`. */
export interface Patch {
  type: 'patch';
  room: string;
  data: JsonObject;
  offset: number;
  previous: number;
  timestamp: string;
}

/** Someone entered or left a room; `count` is how many connections it has now. */
export interface Move {
  type: 'user-joined' | 'user-left';
  room: string;
  user: string;
  connection: string;
  count: number;
  timestamp: string;
}

export interface Presence extends Reply {
  type: 'presence';
  room: string;
  count: number;
  members?: Array<{ user: string; connections: number }>;
}

export interface History extends Reply, Partial<Position> {
  type: 'history';
  room: string;
  /** Oldest first. */
  messages: Array<Message | Patch>;
}

/** This connection is too slow and gets conflated frames; or it has caught up. */
export interface Pace {
  type: 'degraded' | 'restored';
  room: string;
  reason?: string;
  skipped?: number;
}

export interface Ack extends Reply, Partial<Position> {
  type: 'ack';
  room?: string;
  duplicate?: boolean;
  delivered?: number;
}

export interface Updated extends Reply {
  type: 'updated';
  room: string;
}

export interface Pong extends Reply {
  type: 'pong';
  timestamp: string;
}

export interface Broadcast {
  type: 'broadcast';
  user?: string;
  text?: string;
  data?: unknown;
  timestamp: string;
}

export interface PrivateMessage {
  type: 'private-message';
  from: string;
  connection: string;
  text?: string;
  data?: unknown;
  timestamp: string;
}

/** The gateway is about to close this socket and asks for the next one in `after` milliseconds. */
export interface Reconnect {
  type: 'reconnect';
  after: number;
}

/** The end of a stream (SSE) that is for good, or wants another token; a WebSocket has a close code for it. */
export interface StreamError {
  type: 'fanfara-error';
  code: number;
  message: string;
}

export interface ErrorFrame extends Reply {
  type: 'error';
  code: string;
  message: string;
  retryAfter?: number;
}

/** What concerns one room and its members. */
export type RoomFrame = Joined | Left | Message | Patch | Move | Presence | Pace;
export type ServerMessage =
  | RoomFrame
  | Welcome
  | Authenticated
  | History
  | Ack
  | Updated
  | Pong
  | Broadcast
  | PrivateMessage
  | Reconnect
  | StreamError
  | ErrorFrame;

/** The frame, or nothing when it is no object with a type. */
export function parse(frame: unknown): ServerMessage | undefined {
  try {
    const message: unknown = JSON.parse(String(frame));
    const known = typeof message === 'object' && message !== null && 'type' in message;
    return known ? (message as ServerMessage) : undefined;
  } catch {
    return undefined;
  }
}
