/** A connection whose sockets, clock and chance are moved by hand. */
import { vi } from 'vitest';
import { Connection, type Options, type Room, type RoomEvents } from '../client/index.js';
import { FakeSocket } from './fake-socket.js';

export class Rig {
  readonly sockets: FakeSocket[] = [];
  readonly connection: Connection;

  constructor(endpoints: string | string[] = 'ws://gateway/ws', options: Partial<Options> = {}) {
    vi.useFakeTimers({ now: 0, toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    this.connection = new Connection(endpoints, {
      random: () => 0.5,
      replyTimeoutMs: 1_000,
      fallback: false,
      socket: (url, token) => {
        this.sockets.push(new FakeSocket(url, token));
        return this.wire;
      },
      ...options,
    });
  }

  /** The socket in use. */
  get wire(): FakeSocket {
    return this.sockets.at(-1)!;
  }

  live(): FakeSocket {
    this.connection.open();
    this.wire.welcomes();
    return this.wire;
  }

  /** Loses the socket, waits as long as the client does, and welcomes it again. */
  reconnects(code = 1006): FakeSocket {
    this.wire.closes(code);
    const { state } = this.connection;
    if (state.name === 'reconnecting') vi.advanceTimersByTime(state.at - Date.now());
    this.wire.welcomes();
    return this.wire;
  }
}

/** Lets promises that were settled run their continuations. */
export const settled = () => new Promise((resolve) => setImmediate(resolve));

/** What the room tells under these names, as it is told. */
export function told<E extends keyof RoomEvents>(room: Room, ...events: E[]): Array<RoomEvents[E]> {
  const heard: Array<RoomEvents[E]> = [];
  for (const event of events) room.on(event, (value) => heard.push(value));
  return heard;
}

export const message = (room: string, offset: number, text = `m${offset}`) => ({
  type: 'message', room, text, timestamp: 'now', offset,
});

export const patch = (room: string, previous: number, offset: number, data: object) => ({
  type: 'patch', room, previous, offset, data, timestamp: 'now',
});
