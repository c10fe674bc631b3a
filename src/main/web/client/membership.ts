/** How this client is a member of one room: the `Room` a page holds, seen from the connection. */
import { Emitter } from './emitter.js';
import type { JsonObject } from './merge.js';
import type { Link } from './link.js';
import type { Ack, Command, History, HistoryOptions, Joined, JoinCommand, JoinOptions, Left, Payload } from './protocol.js';
import type { Position, Presence, PublishCommand, RoomFrame } from './protocol.js';
import { Outbox } from './outbox.js';
import { Refusal } from './refusal.js';
import { Replica } from './replica.js';
import type { SavedRoom, Verdict } from './replica.js';
import type { PublishOptions, Room, RoomEvents, RoomStatus } from './room.js';

const REJOIN_MS = 2_000;
/** A hole that joining again has not closed within this time will not close on this socket. */
const RESYNC_MS = 5_000;
/** As many frames a second as the room's rule allows: what a join means that names no rate. */
const UNBOUNDED = 1_000;

export type Line = Pick<Link, 'state' | 'isLive' | 'quiet' | 'request' | 'abandon'>;

export class Membership extends Emitter<RoomEvents> implements Room {
  readonly name: string;
  readonly #options: JoinOptions;
  readonly #line: Line;
  readonly #replica: Replica;
  readonly #outbox: Outbox;
  readonly #gone: () => void;
  /** The join that is not answered yet. Until it is, the room's frames belong to a membership that is over. */
  #entry: JoinCommand | undefined;
  #isMember = false;
  #isDegraded = false;
  #isOver = false;
  #isPaused = false;
  /** The gateway was asked to say nothing for now. */
  #isBehind = false;
  /** The rate that the gateway was asked for last. */
  #rate: number | undefined;
  #told: RoomStatus = 'stale';
  #resyncedAt = -Infinity;

  /** `gone` is called when this is no longer a room of the connection. */
  constructor(name: string, options: JoinOptions, line: Line, saved: unknown, gone: () => void) {
    super();
    this.name = name;
    this.#options = { ...options };
    this.#line = line;
    this.#replica = new Replica(saved);
    this.#outbox = new Outbox(() => this.#isMember, (command) => line.request(command));
    this.#gone = gone;
  }

  get status(): RoomStatus {
    if (!this.#isMember || this.#line.quiet || this.#isBehind) return 'stale';
    return this.#isDegraded ? 'degraded' : 'fresh';
  }

  get position(): Position | undefined {
    return this.#replica.position;
  }

  get state(): JsonObject | undefined {
    return this.#replica.state;
  }

  get saved(): SavedRoom | undefined {
    return this.#replica.saved;
  }

  /** What enters this room, as the gateway is asked. */
  get join(): JoinCommand {
    const since = this.#replica.position;
    const maxRate = this.#wantedRate;
    return { type: 'join', room: this.name, ...this.#options, ...(maxRate !== undefined && { maxRate }), ...(since && { since }) };
  }

  /** Whether a room keeps a state, and so has a rate, is known when it was entered once. */
  get #wantedRate(): number | undefined {
    return this.#isPaused && this.state ? 0 : this.#options.maxRate;
  }

  publish(payload: Payload | string, options: PublishOptions = {}): Promise<Ack> {
    if (this.#isOver) return Promise.reject(new Error(`Not in room ${this.name}`));
    const { name } = this.#line.state;
    if (name !== 'live' && name !== 'connecting' && options.key === undefined) return Promise.reject(new Error('Not connected'));
    const content = typeof payload === 'string' ? { text: payload } : payload;
    return this.#outbox.add({ type: 'message', room: this.name, ...content, ...options });
  }

  history(options: HistoryOptions = {}): Promise<History> {
    return this.#line.request({ type: 'history', room: this.name, ...options });
  }

  presence(): Promise<Presence> {
    return this.#line.request({ type: 'presence', room: this.name });
  }

  async setRate(maxRate: number): Promise<void> {
    this.#options.maxRate = maxRate;
    await this.#tellRate();
  }

  /** Nobody looks: a room that keeps a state need not be sent until somebody does. */
  pause(isPaused: boolean): void {
    this.#isPaused = isPaused;
    this.#pace();
  }

  leave(): void {
    if (this.#isOver) return;
    this.#sendLeave();
    this.#left({ type: 'left', room: this.name });
  }

  /** Sends the join; the line is live. */
  enter(): void {
    const command = this.join;
    this.#entry = command;
    this.#isMember = this.#isDegraded = this.#isBehind = false;
    this.#rate = command.maxRate;
    this.show();
    this.#line.request(command).catch((failure: Error) => this.#entry === command && this.#notEntered(failure));
  }

  /** The socket is gone, and with it the membership. */
  lost(): void {
    this.#entry = undefined;
    this.#isMember = this.#isDegraded = this.#isBehind = false;
    this.#outbox.lost();
    this.show();
  }

  /** The connection ended for good; a message that waits would wait for ever. */
  stopped(reason: string): void {
    this.lost();
    this.#outbox.end(new Error(reason));
  }

  hear(frame: RoomFrame, command: Command | undefined): void {
    if (frame.type === 'joined') {
      if (command ? command === this.#entry : this.#isMember) this.#entered(frame);
      return;
    }
    if (!this.#isMember) return;
    switch (frame.type) {
      case 'message':
        if (this.#fits(this.#replica.take(frame))) this.emit('message', frame);
        break;
      case 'patch':
        if (!this.#fits(this.#replica.apply(frame))) break;
        this.emit('patch', { ...frame, state: this.state! });
        this.#emitState();
        break;
      case 'left':
        // Unasked it was the gateway's decision, and joining again would contradict it.
        if (frame.id === undefined) this.#left(frame);
        break;
      case 'degraded':
      case 'restored':
        this.#isDegraded = frame.type === 'degraded';
        this.emit(frame.type, frame);
        this.show();
        break;
      default:
        this.emit(frame.type, frame as never);
    }
  }

  acked(ack: Ack, command: PublishCommand): void {
    if (this.#isMember && this.#fits(this.#replica.acked(ack, command))) this.#emitState();
  }

  /** Tells the status if it is another than before. */
  show(): void {
    if (this.status === this.#told) return;
    this.#told = this.status;
    this.emit('status', this.#told);
  }

  #entered(joined: Joined): void {
    const entry = this.#replica.enter(joined);
    this.#entry = undefined;
    this.#isMember = true;
    if (entry === 'gap') return this.#resync();
    this.#outbox.flush(); // before anything a listener publishes
    const { replayed, ...missed } = entry;
    this.emit('joined', { ...joined, ...missed });
    for (const event of replayed) this.emit(event.type, event as never);
    this.#emitState();
    this.show();
    this.#pace();
  }

  #pace(): void {
    if (!this.state || !this.#isMember) return;
    this.#tellRate().then(
      () => {
        this.#isBehind = this.#isPaused;
        this.show();
      },
      (failure) => {
        this.#rate = NaN; // unknown
        if (isPassing(failure)) setTimeout(() => this.#pace(), failure.retryAfter ?? REJOIN_MS);
      },
    );
  }

  async #tellRate(): Promise<void> {
    const maxRate = this.#wantedRate ?? UNBOUNDED;
    if (!this.#isMember || maxRate === (this.#rate ?? UNBOUNDED)) return;
    this.#rate = maxRate;
    await this.#line.request({ type: 'update', room: this.name, maxRate });
  }

  #notEntered(failure: Error): void {
    const command = this.#entry;
    if (!(failure instanceof Refusal)) {
      // Whether we are a member is unknown; a new socket asks again from a clean slate.
      this.#line.abandon('Join was not answered');
    } else if (isPassing(failure)) {
      setTimeout(() => this.#entry === command && this.enter(), failure.retryAfter ?? REJOIN_MS);
    } else {
      this.emit('refused', failure);
      this.#end(failure);
    }
  }

  #fits(verdict: Verdict): boolean {
    if (verdict === 'gap') this.#resync();
    return verdict === 'taken';
  }

  /** Joins again from the last position, to hear what fell into the hole. */
  #resync(): void {
    const now = Date.now();
    if (now - this.#resyncedAt < RESYNC_MS) return this.#line.abandon('Insufficient state');
    this.#resyncedAt = now;
    this.#sendLeave();
    this.enter();
  }

  #sendLeave(): void {
    // Where it fails there is nothing to leave: a lost socket has left too.
    this.#line.request({ type: 'leave', room: this.name }).catch(() => {});
  }

  #emitState(): void {
    if (this.state) this.emit('state', this.state);
  }

  #left(left: Left): void {
    this.#end(new Error(`Left room ${this.name} before the ack`));
    this.emit('left', left);
  }

  /** What waits to be published fails with this. */
  #end(failure: Error): void {
    this.#isOver = true;
    this.#outbox.end(failure);
    this.lost();
    this.#gone();
  }
}

function isPassing(failure: unknown): failure is Refusal {
  return failure instanceof Refusal && failure.passing;
}
