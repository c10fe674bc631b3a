/** The words of the native protocol (`/ws`) that this client speaks: one type per frame, in each direction. */

export type Id = string | number;

export type Payload = { text: string } | { data: unknown };

/** What a member may ask for when it enters a room. */
export interface JoinOptions {
  /** Display name; the gateway takes it in anonymous mode only. */
  user?: string;
  /** How many of the room's last messages `joined` should bring. */
  history?: number;
}

export type Command =
  | ({ type: 'join'; room: string } & JoinOptions)
  | { type: 'leave'; room: string }
  | ({ type: 'message'; room: string; echo?: boolean; key?: string } & Payload)
  | { type: 'ping' };

/** Which frame answers which command. A refusal is an `error` frame instead. */
export interface Replies {
  join: Joined;
  leave: Left;
  message: Ack;
  ping: Pong;
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

export interface Joined {
  type: 'joined';
  id?: Id;
  room: string;
  /** How many connections are in the room; absent when its presence is off. */
  members?: number;
  /** Asked-for messages, oldest first. */
  messages?: Message[];
}

export interface Left {
  type: 'left';
  id?: Id;
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

export interface Presence {
  type: 'presence';
  id?: Id;
  room: string;
  count: number;
}

export interface Ack {
  type: 'ack';
  id?: Id;
  room: string;
  duplicate?: boolean;
}

export interface Pong {
  type: 'pong';
  id?: Id;
  timestamp: string;
}

/** The gateway is about to close this socket and asks for the next one in `after` milliseconds. */
export interface Reconnect {
  type: 'reconnect';
  after: number;
}

export interface ErrorFrame {
  type: 'error';
  id?: Id;
  code: string;
  message: string;
  retryAfter?: number;
}

export type ServerMessage =
  | Welcome
  | Joined
  | Left
  | Message
  | Move
  | Presence
  | Ack
  | Pong
  | Reconnect
  | ErrorFrame;

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
