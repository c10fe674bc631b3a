/**
 * Stands in for a WebSocket where only HTTP gets through: what the gateway says comes as Server-Sent Events, all rooms in
 * one stream, and what the client says goes by the HTTP API. To whoever holds it, it is a socket: commands go in as frames
 * and are answered by frames with their `id`. (An `EventSource` would hide why it was refused and when to come back, and
 * would want the token in its address.)
 *
 * - A stream cannot be told to join or to leave: it is opened again with the other rooms and the place in each.
 * - A publisher's own message comes back on its stream, and becomes the ack there (see echoes.ts).
 */
import { cursor } from './cursor.js';
import { Echoes } from './echoes.js';
import type { Update } from './echoes.js';
import { parse } from './protocol.js';
import type { Command, Id, JoinCommand, Joined, Position, PublishCommand } from './protocol.js';
import { LOST } from './wire.js';
import type { Socket } from './wire.js';

type Numbered<C> = C & { id?: Id | undefined };

interface StreamedRoom {
  join: Numbered<JoinCommand>;
  entered: boolean;
  isState: boolean;
  position: Position | undefined;
  echoes: Echoes;
  /** The last publication on its way: each goes after the one before. */
  posted: Promise<unknown>;
}

/** An answer of the API that is a no. */
interface Problem {
  status: number;
  code: string;
  message: string;
  retryAfter?: number;
}

const REQUEST_MS = 10_000;
const QUIET = 1.5;

export class StreamSocket implements Socket {
  onmessage: Socket['onmessage'] = null;
  onclose: Socket['onclose'] = null;
  onerror: Socket['onerror'] = null;
  readonly #base: string;
  #token: string | undefined;
  readonly #rooms = new Map<string, StreamedRoom>();
  #abort = new AbortController();
  #isWelcome = false;
  #isClosed = false;
  #heartbeat = 25_000;
  #heardAt = 0;
  #user: string | undefined;
  #auth: Id | undefined;
  /** What is true when the stream has been opened again. */
  #due: object[] = [];
  #reopening: ReturnType<typeof setTimeout> | undefined;

  /** `url` is that of the WebSocket; `joins` is what will be joined as soon as there is a welcome. */
  constructor(url: string, token: string | undefined, joins: readonly JoinCommand[]) {
    const { searchParams, href } = new URL(url);
    this.#base = href.replace(/^ws/, 'http');
    this.#token = token ?? searchParams.get('token') ?? undefined;
    for (const join of joins) this.#add(join);
    void this.#open();
  }

  send(frame: string): void {
    const command = JSON.parse(frame) as Numbered<Command>;
    const { id, type } = command;
    switch (type) {
      case 'join': {
        const room = this.#rooms.get(command.room);
        if (room && !room.entered) return void (room.join.id = id); // the stream that is being opened has it
        this.#add(command);
        return this.#reopen();
      }
      case 'leave':
        this.#rooms.delete(command.room);
        this.#reopen();
        return this.#say({ type: 'left', id, room: command.room });
      case 'update': {
        const room = this.#rooms.get(command.room);
        if (room) room.join.maxRate = command.maxRate;
        this.#due.push({ type: 'updated', id, room: command.room });
        return this.#reopen();
      }
      case 'auth':
        this.#token = command.token;
        this.#auth = id;
        return this.#reopen();
      case 'message':
        return this.#publish(command);
      case 'broadcast':
        return this.#command(id, 'ack', 'broadcast', command);
      case 'private-message':
        return this.#command(id, 'ack', `users/${encodeURIComponent(command.to)}/messages`, command);
      case 'history': {
        const { room, since, limit } = command;
        const query = new URLSearchParams();
        if (since) query.append('since', `${since.offset}`), query.append('epoch', since.epoch);
        if (limit !== undefined) query.append('limit', `${limit}`);
        return this.#command(id, 'history', `rooms/${encodeURIComponent(room)}/messages?${query}`, undefined, { room });
      }
      case 'ping':
        if (Date.now() - this.#heardAt < this.#heartbeat * QUIET) return this.#pong(id);
        // With no room there is no stream; whether the gateway is there shows any answer.
        if (this.#rooms.size === 0) void this.#fetch('sse').then(() => this.#pong(id), () => {});
        return;
      default:
        this.#say({ type: 'error', id, code: 'bad-request', message: `${type}: only over a WebSocket` });
    }
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#reopening);
    this.#abort.abort();
  }

  #add(join: Numbered<JoinCommand>): void {
    this.#rooms.set(join.room, {
      join: { ...join },
      entered: false,
      isState: false,
      position: join.since,
      echoes: new Echoes((frame) => this.#say(frame)),
      posted: Promise.resolve(),
    });
  }

  #say(frame: object): void {
    if (!this.#isClosed) this.onmessage?.call(this as never, { data: JSON.stringify(frame) } as MessageEvent);
  }

  #pong(id: Id | undefined): void {
    this.#say({ type: 'pong', id, timestamp: new Date().toISOString() });
  }

  #end(code: number, reason: string): void {
    if (this.#isClosed) return;
    this.close();
    this.onclose?.call(this as never, { code, reason } as CloseEvent);
  }

  // The stream

  /** Once for all that is said in this turn. */
  #reopen(): void {
    clearTimeout(this.#reopening);
    this.#reopening = setTimeout(() => void this.#open());
  }

  async #open(): Promise<void> {
    this.#abort.abort();
    const { signal } = (this.#abort = new AbortController());
    if (this.#isWelcome && this.#rooms.size === 0) return;
    try {
      const response = await this.#fetch(this.#address([...this.#rooms.values()]), { signal });
      if (!response.ok) return await this.#refused(await problem(response));
      const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
      let rest = '';
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return this.#end(LOST, 'The stream ended');
        this.#heardAt = Date.now();
        const lines = (rest + value).split('\n');
        rest = lines.pop()!;
        // One JSON object is one line of data, and says itself what the other fields say.
        for (const line of lines) if (line.startsWith('data:')) this.#hear(line.slice(5));
      }
    } catch (failure) {
      if (!signal.aborted) this.#end(LOST, String(failure));
    }
  }

  #address(rooms: readonly StreamedRoom[]): string {
    const query = new URLSearchParams(rooms.map(({ join }) => ['room', join.room]));
    const set = (name: string, value: unknown) => value !== undefined && query.set(name, String(value));
    const known = rooms.filter(({ entered, position }) => entered || position);
    set('since', cursor(known.map(({ join, position }) => [join.room, position] as const)) || undefined);
    set('user', rooms.find(({ join }) => join.user)?.join.user);
    // One number holds for all rooms: the most that any of them wants.
    const most = (of: Array<number | undefined>) => of.reduce((a, b) => (a === undefined || b! > a ? b : a), undefined);
    set('history', most(rooms.filter(({ entered }) => !entered).map(({ join }) => join.history)));
    const isUnbounded = rooms.some(({ isState, join }) => isState && join.maxRate === undefined);
    if (!isUnbounded) set('maxRate', most(rooms.map(({ join }) => join.maxRate).filter((rate) => rate !== undefined)));
    return `sse?${query}`;
  }

  #hear(data: string): void {
    const message = parse(data);
    switch (message?.type) {
      case 'welcome':
        this.#isWelcome = true;
        this.#heartbeat = message.heartbeat;
        this.#user = message.user;
        this.#say(message);
        for (const frame of this.#due.splice(0)) this.#say(frame);
        return;
      case 'authenticated':
        this.#say({ ...message, id: this.#auth });
        this.#auth = undefined;
        return;
      case 'fanfara-error':
        return this.#end(message.code, message.message);
      case 'joined':
        return this.#joined(message);
      case 'left':
        this.#rooms.delete(message.room);
        return this.#say(message);
      case 'message':
      case 'patch':
        return this.#updated(message);
      default:
        if (message) this.#say(message);
    }
  }

  #joined(joined: Joined): void {
    const room = this.#rooms.get(joined.room);
    if (!room) return;
    const { epoch, offset = 0, state, messages = [] } = joined;
    const isAgain = room.entered;
    const { id } = room.join;
    room.entered = true;
    room.isState ||= state !== undefined;
    if (isAgain && joined.recovered && !state) {
      for (const message of messages) this.#hear(JSON.stringify(message));
      return;
    }
    room.position = epoch === undefined ? undefined : { epoch, offset };
    this.#say(isAgain ? joined : { ...joined, id });
    room.echoes.restart(offset);
  }

  #updated(update: Update): void {
    const room = this.#rooms.get(update.room);
    if (!room) return;
    const { offset } = update;
    room.isState ||= update.type === 'patch';
    if (offset !== undefined && room.position && offset > room.position.offset) room.position = { ...room.position, offset };
    room.echoes.hear(update);
  }

  /** What is refused may be one room of many. */
  async #refused(no: Problem): Promise<void> {
    if (no.status === 401) return this.#end(1008, this.#token === undefined ? 'Token required' : 'Invalid token');
    if (isPassing(no)) return this.#end(1013, `${no.message}, retryAfter=${no.retryAfter ?? 0}`);
    const { signal } = this.#abort;
    // The gateway is there, and without a room it has nothing to stream.
    if (!this.#isWelcome) this.#hear(JSON.stringify({ ...NOBODY, heartbeat: this.#heartbeat }));
    const rooms = [...this.#rooms.values()];
    const fresh = rooms.filter(({ entered }) => !entered);
    const suspects = fresh.length ? fresh : rooms;
    let found = suspects.length === 1;
    if (found) this.#reject(suspects[0]!, no);
    else {
      for (const suspect of suspects) {
        const alone = new AbortController();
        const response = await this.#fetch(this.#address([suspect]), { signal: alone.signal });
        const refusal = response.ok ? undefined : await problem(response);
        alone.abort();
        if (signal.aborted) return;
        if (!refusal || isPassing(refusal)) continue;
        found = true;
        this.#reject(suspect, refusal);
      }
    }
    if (!found && suspects.length) this.#reject(suspects.at(-1)!, no); // it is too many together
    this.#reopen();
  }

  #reject({ join, entered }: StreamedRoom, { code, message }: Problem): void {
    this.#rooms.delete(join.room);
    this.#say(entered ? { type: 'left', room: join.room, reason: code } : { type: 'error', id: join.id, code, message });
  }

  // The API

  #publish(command: Numbered<PublishCommand>): void {
    const { id, type: _, room: name, echo: __, ...body } = command;
    const room = this.#rooms.get(name);
    if (!room) return this.#say({ type: 'error', id, code: 'not-joined', message: 'This connection is not in the room' });
    const user = room.join.user ?? this.#user;
    const path = `rooms/${encodeURIComponent(name)}/messages`;
    const sent = room.posted.then(() => this.#call(path, { ...body, ...(user && { user }) }));
    room.posted = sent.catch(() => {});
    room.echoes.published(command, sent).catch((failure: unknown) => this.#fail(id, failure));
  }

  #command(id: Id | undefined, type: string, path: string, body?: object, more?: object): void {
    this.#call(path, body).then(
      (answer) => this.#say({ type, id, ...more, ...answer }),
      (failure: unknown) => this.#fail(id, failure),
    );
  }

  /** Where nothing was answered nothing is said: whether it was done is unknown. */
  #fail(id: Id | undefined, failure: unknown): void {
    if (!(failure instanceof Error)) this.#say({ ...(failure as Problem), type: 'error', id });
  }

  /** Throws a `Problem` where the answer is a no. */
  async #call(path: string, body?: object): Promise<object> {
    const signal = AbortSignal.timeout(REQUEST_MS);
    const post = body && { method: 'POST', body: JSON.stringify(body) };
    const response = await this.#fetch(`api/${path}`, { signal, ...post });
    if (!response.ok) throw await problem(response);
    return response.json();
  }

  #fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const headers: Record<string, string> = {};
    if (init.body) headers['Content-Type'] = 'application/json';
    if (this.#token !== undefined) headers.Authorization = `Bearer ${this.#token}`;
    return fetch(new URL(path, this.#base), { cache: 'no-store', ...init, headers });
  }
}

/** Says nothing of the rooms: there is too much to do, or it was not the gateway that answered. */
const isPassing = ({ status, code }: Problem): boolean => status === 429 || code === 'unavailable' || status >= 500;

const NOBODY = { type: 'welcome', connection: '', user: '', node: '', version: '' };

async function problem(response: Response): Promise<Problem> {
  const { code, detail } = await response.json().catch(() => ({}));
  const seconds = Number(response.headers.get('Retry-After'));
  return {
    status: response.status,
    code: code ?? 'unavailable',
    message: detail ?? `HTTP ${response.status}`,
    ...(seconds > 0 && { retryAfter: seconds * 1_000 }),
  };
}
