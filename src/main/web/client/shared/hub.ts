/**
 * The shared worker's part: one connection, and a small gateway for the tabs. A tab speaks the native protocol with it as it
 * would with a real one, so everything a tab does after that is what it always does. Each room is joined once, and who joins
 * later hears from here where it stands. When the connection is lost the tabs are told as by a gateway that drains:
 * come back when I mean to be back.
 *
 * The gateway does not tell a publisher its own message, but the other tabs want it: so it is asked to, and the tab that
 * published gets its ack instead (see echoes.ts).
 */
import type { Connection } from '../connection.js';
import { Echoes } from '../echoes.js';
import type { Command, Id, JoinCommand, Joined, JoinOptions, Message, Position } from '../protocol.js';
import { Refusal } from '../refusal.js';
import type { SavedRoom } from '../replica.js';
import type { Room } from '../room.js';
import { LOST } from '../wire.js';
import type { FromTab, FromWorker, Opening, TokenAnswer } from './messages.js';

export type Port = Pick<MessagePort, 'postMessage' | 'onmessage'>;
/** Makes the one connection, once the first tab says to where. */
export type Connect = (opening: Opening, token: (() => Promise<string | undefined>) | undefined) => Connection;

type Numbered<C> = C & { id?: Id | undefined };

/** So long after a loss the tabs have come back that still are. */
const RETURN_MS = 15_000;
/** Of a room that keeps a log: so many messages, for tabs that come back. */
const RECENT = 256;
const TOKEN_MS = 10_000;
/** As many frames a second as the rule of a room allows. */
const UNBOUNDED = 1_000;

/** A tab in a room. */
interface Member {
  readonly echoes: Echoes;
  maxRate: number | undefined;
}

class Tab {
  readonly rooms = new Map<string, Member>();
  readonly #port: Port;
  gotToken: ((answer: TokenAnswer) => void) | undefined;
  isWelcome = false;

  constructor(port: Port) {
    this.#port = port;
  }

  say(frame: object): void {
    this.post({ frame: JSON.stringify(frame) });
  }

  post(message: FromWorker): void {
    this.#port.postMessage(message);
  }
}

/** A room of the connection, and the tabs in it. */
class SharedRoom {
  readonly room: Room;
  members: number | undefined;
  isEntered = false;
  refusal: Refusal | undefined;
  /** Joins that wait until it is. */
  readonly waiting: Array<() => void> = [];
  recent: Message[] = [];

  constructor(room: Room) {
    this.room = room;
  }

  remember(messages: readonly object[]): void {
    for (const message of messages as Message[]) {
      const last = this.recent.at(-1)?.offset ?? 0;
      if (message.type === 'message' && message.offset !== undefined && message.offset > last) this.recent.push(message);
    }
    this.recent.splice(0, this.recent.length - RECENT);
  }

  /** What came after that position, if that is known without a hole. */
  since({ epoch, offset }: Position): Message[] | undefined {
    const at = this.room.position;
    if (!at || at.epoch !== epoch || offset > at.offset) return undefined;
    const missed = this.recent.filter((message) => message.offset! > offset);
    return missed.length === at.offset - offset ? missed : undefined;
  }
}

export class Hub {
  readonly #connect: Connect;
  readonly #tabs = new Set<Tab>();
  readonly #rooms = new Map<string, SharedRoom>();
  #connection: Connection | undefined;

  constructor(connect: Connect) {
    this.#connect = connect;
  }

  /** `gone` is called with what is to be done when the tab that holds this lock has gone. */
  accept(port: Port, gone: (lock: string, end: () => void) => void): void {
    const tab = new Tab(port);
    port.onmessage = ({ data }: MessageEvent<FromTab>) => {
      if ('open' in data) {
        gone(data.open.lock, () => this.#left(tab));
        this.#opened(tab, data.open);
      } else if ('frame' in data) this.#hear(tab, JSON.parse(data.frame) as Numbered<Command>, data.saved);
      else if ('token' in data) tab.gotToken?.(data);
      else this.#left(tab);
    };
  }

  #opened(tab: Tab, opening: Opening): void {
    this.#tabs.add(tab);
    this.#connection ??= this.#begin(opening);
    const { state } = this.#connection;
    if (state.name === 'live') this.#greet(tab);
    else if (state.name === 'reconnecting') this.#sendAway(tab, state.at - Date.now(), state);
    else this.#connection.open();
  }

  #begin(opening: Opening): Connection {
    const connection = this.#connect(opening, opening.hasToken ? () => this.#askForToken() : undefined);
    connection.on('state', (state) => {
      for (const shared of this.#rooms.values()) shared.isEntered &&= state.name === 'live';
      for (const tab of [...this.#tabs]) {
        if (state.name === 'live') this.#greet(tab);
        if (state.name === 'connecting' && tab.isWelcome) this.#sendAway(tab, 0, { code: LOST, reason: 'Another way' });
        if (state.name === 'reconnecting') this.#sendAway(tab, state.at - Date.now(), state);
        if (state.name === 'offline') this.#sendAway(tab, 0, { code: LOST, reason: 'Offline' });
        if (state.name === 'closed') this.#close(tab, state);
      }
      if (state.name === 'live') setTimeout(() => [...this.#rooms.keys()].forEach((name) => this.#leaveUnused(name)), RETURN_MS);
    });
    for (const type of ['broadcast', 'private-message'] as const) {
      connection.on(type, (frame) => this.#tabs.forEach((tab) => tab.say(frame)));
    }
    return connection;
  }

  #greet(tab: Tab): void {
    const state = this.#connection?.state;
    if (tab.isWelcome || state?.name !== 'live') return;
    tab.isWelcome = true;
    tab.say(state.welcome);
  }

  #sendAway(tab: Tab, after: number, why: { code: number; reason: string }): void {
    tab.say({ type: 'reconnect', after: Math.max(0, after) });
    this.#close(tab, why);
  }

  #close(tab: Tab, { code, reason }: { code: number; reason: string }): void {
    tab.post({ closed: { code, reason } });
    this.#left(tab);
  }

  #left(tab: Tab): void {
    if (!this.#tabs.delete(tab)) return;
    tab.gotToken?.({ token: undefined, failure: 'The tab is gone' });
    if (this.#connection?.state.name !== 'live') return; // it comes back, and wants its rooms again
    for (const name of [...tab.rooms.keys()]) {
      tab.rooms.delete(name);
      this.#leaveUnused(name);
    }
    if (this.#tabs.size === 0) this.#connection.close();
  }

  /** The tab that came last is asked first: it is the one somebody looks at. */
  async #askForToken(): Promise<string | undefined> {
    let failure = 'No tab';
    for (const tab of [...this.#tabs].reverse()) {
      const answer = await new Promise<TokenAnswer>((resolve) => {
        tab.gotToken = resolve;
        setTimeout(() => resolve({ token: undefined, failure: 'The tab does not answer' }), TOKEN_MS);
        tab.post({ wantsToken: true });
      });
      if (answer.failure === undefined) return answer.token;
      failure = answer.failure;
    }
    throw new Error(failure);
  }

  #hear(tab: Tab, command: Numbered<Command>, saved: SavedRoom | undefined): void {
    const { id, type } = command;
    switch (type) {
      case 'join':
        return this.#join(tab, command, saved);
      case 'leave':
        tab.rooms.delete(command.room);
        this.#leaveUnused(command.room);
        return tab.say({ type: 'left', id, room: command.room });
      case 'update':
        return this.#update(tab, command.room, command.maxRate, id);
      case 'ping':
        return tab.say({ type: 'pong', id, timestamp: new Date().toISOString() });
      case 'message': {
        const echoes = tab.rooms.get(command.room)?.echoes;
        if (!echoes) return tab.say({ type: 'error', id, code: 'not-joined', message: 'This tab is not in the room' });
        const sent = this.#request({ ...command, echo: true });
        return void echoes.published(command, sent).catch((failure: unknown) => this.#fail(tab, id, failure));
      }
      default:
        this.#request(command).then(
          (reply) => tab.say({ ...reply, id }),
          (failure: unknown) => this.#fail(tab, id, failure),
        );
    }
  }

  #request(command: Numbered<Command>): Promise<object> {
    return this.#connection!.request(command);
  }

  /** Where nothing was answered nothing is said: whether it was done is unknown. */
  #fail(tab: Tab, id: Id | undefined, failure: unknown): void {
    if (!(failure instanceof Refusal)) return;
    const { code, message, retryAfter } = failure;
    tab.say({ type: 'error', id, code, message, retryAfter });
  }

  // Rooms

  #join(tab: Tab, command: Numbered<JoinCommand>, saved: SavedRoom | undefined): void {
    const { room: name, user, history, maxRate } = command;
    const wanted = { ...(user !== undefined && { user }), ...(history && { history }), ...(maxRate !== undefined && { maxRate }) };
    const shared = this.#rooms.get(name) ?? this.#enter(name, wanted, saved);
    const member = { echoes: new Echoes((frame) => tab.say(frame)), maxRate };
    tab.rooms.set(name, member);
    const admit = (): void => void this.#admit(tab, member, command, shared);
    if (shared.isEntered) admit();
    else shared.waiting.push(admit);
  }

  #enter(name: string, options: JoinOptions, saved: SavedRoom | undefined): SharedRoom {
    const room = this.#connection!.join(name, options, saved);
    const shared = new SharedRoom(room);
    this.#rooms.set(name, shared);
    room.on('joined', (joined) => {
      shared.members = joined.members;
      if (!joined.recovered) shared.recent = [];
      shared.remember(joined.messages ?? []);
      shared.isEntered = true;
      // Those who are in already hear what was missed message by message, or that it is another picture now.
      const { id: _, messages: __, ...picture } = joined;
      if (!joined.recovered || joined.state) this.#restart(name, { ...picture, recovered: joined.recovered ?? false });
      for (const admit of shared.waiting.splice(0)) admit();
    });
    room.on('refused', (refusal) => {
      this.#rooms.delete(name);
      shared.refusal = refusal;
      for (const tell of shared.waiting.splice(0)) tell();
      this.#removed(name, { type: 'left', room: name, reason: refusal.code });
    });
    room.on('left', (left) => {
      if (this.#rooms.get(name) !== shared) return;
      this.#rooms.delete(name);
      const { id: _, ...frame } = left;
      this.#removed(name, frame);
    });
    room.on('message', (message) => {
      shared.remember([message]);
      for (const { echoes } of this.#in(name)) echoes.hear(message);
    });
    room.on('patch', ({ state: _, ...patch }) => {
      for (const { echoes, maxRate } of this.#in(name)) if (maxRate !== 0) echoes.hear(patch);
    });
    for (const type of ['presence', 'user-joined', 'user-left', 'degraded', 'restored'] as const) {
      room.on(type, (frame) => {
        if ('count' in frame) shared.members = frame.count;
        this.#tabs.forEach((tab) => tab.rooms.has(name) && tab.say(frame));
      });
    }
    return shared;
  }

  #in(name: string): Member[] {
    return [...this.#tabs].flatMap((tab) => tab.rooms.get(name) ?? []);
  }

  #restart(name: string, joined: Joined): void {
    for (const tab of this.#tabs) {
      const member = tab.rooms.get(name);
      if (!member) continue;
      tab.say(joined);
      member.echoes.restart(joined.offset);
    }
  }

  #removed(name: string, left: object): void {
    for (const tab of this.#tabs) if (tab.rooms.delete(name)) tab.say(left);
  }

  /** Tells a tab where the room stands; from then on it hears what follows. */
  async #admit(tab: Tab, member: Member, command: Numbered<JoinCommand>, shared: SharedRoom): Promise<void> {
    const { id, room: name, since, history = 0 } = command;
    const { room } = shared;
    if (shared.refusal) return this.#fail(tab, id, shared.refusal);
    const known = shared.recent.length;
    if (!room.state && history > known && (room.position?.offset ?? 0) > known) await this.#readBack(shared, history);
    if (tab.rooms.get(name) !== member) return; // it has left
    const joined = { type: 'joined', id, room: name, members: shared.members, ...room.position };
    if (room.state) {
      tab.say({ ...joined, state: room.state, ...(since && { recovered: since.epoch === room.position?.epoch }) });
    } else {
      const missed = since && shared.since(since);
      const messages = missed ?? shared.recent.slice(Math.max(0, shared.recent.length - history));
      tab.say({ ...joined, ...(since && { recovered: missed !== undefined }), ...(messages.length && { messages }) });
    }
    member.echoes.restart(room.position?.offset);
    this.#pace(name);
  }

  /** A tab wants more of the past than others did. What the gateway refuses it, it does not get. */
  async #readBack(shared: SharedRoom, limit: number): Promise<void> {
    const { messages } = await shared.room.history({ limit }).catch(() => ({ messages: [] }));
    const known = shared.recent;
    shared.recent = [];
    shared.remember(messages);
    shared.remember(known);
  }

  #update(tab: Tab, name: string, maxRate: number, id: Id | undefined): void {
    const member = tab.rooms.get(name);
    const shared = this.#rooms.get(name);
    if (member && shared) {
      const { position, state } = shared.room;
      // What it did not hear is in the picture.
      if (member.maxRate === 0 && maxRate > 0 && state) {
        tab.say({ type: 'joined', room: name, members: shared.members, ...position, state });
        member.echoes.restart(position?.offset);
      }
      member.maxRate = maxRate;
      this.#pace(name);
    }
    tab.say({ type: 'updated', id, room: name });
  }

  /** As often as the most eager of the tabs wants it. */
  #pace(name: string): void {
    const room = this.#rooms.get(name)?.room;
    const rates = this.#in(name).map(({ maxRate = UNBOUNDED }) => maxRate);
    if (room?.state && rates.length) room.setRate(Math.max(...rates)).catch(() => {});
  }

  #leaveUnused(name: string): void {
    const shared = this.#rooms.get(name);
    if (!shared) return;
    if (this.#in(name).length > 0) return this.#pace(name);
    this.#rooms.delete(name);
    shared.room.leave();
  }
}
