/**
 * What a member knows of its room: the last position it has seen and, in a state room, the state at it. It decides what a
 * frame is worth and sends nothing.
 *
 * Positions of a room rise one by one. A frame at or below ours is known already; one that leaves a hole shows that
 * something was lost, and only joining again with our position brings it back. A patch leads from `previous` to `offset`,
 * so it may span many positions and still leave no hole.
 */
import { isObject, merge } from './merge.js';
import type { JsonObject } from './merge.js';
import type { Ack, Joined, Message, Patch, Position, PublishCommand } from './protocol.js';

/** What a page may keep of a room, so that its next life resumes there. */
export interface SavedRoom extends Position {
  state?: JsonObject;
}

/** Came with `joined`, missed or asked for, and says nothing about now. */
export interface Replay {
  replay?: true;
}
export type MessageEvent = Message & Replay;
/** `state` is the whole state with the patch applied. */
export type PatchEvent = Patch & Replay & { state: JsonObject };

export type Verdict = 'taken' | 'known' | 'gap';

export interface Entry {
  replayed: Array<MessageEvent | PatchEvent>;
  /** How many positions passed while we were away; absent when the gateway could not bring them all back. */
  missed?: number;
}

export class Replica {
  position: Position | undefined;
  /** In a state room only. Never changed, only replaced: whoever holds one may keep it. */
  state: JsonObject | undefined;

  constructor(saved?: unknown) {
    if (!isSaved(saved)) return;
    this.position = { epoch: saved.epoch, offset: saved.offset };
    this.state = saved.state;
  }

  get saved(): SavedRoom | undefined {
    return this.position && { ...this.position, ...(this.state && { state: this.state }) };
  }

  /** Takes what the gateway answers to a join, or says again when the room began anew. */
  enter(joined: Joined): Entry | 'gap' {
    const { epoch, offset = 0, messages = [] } = joined;
    const before = this.position;
    const at = epoch === undefined ? undefined : { epoch, offset };
    const resumed = joined.recovered === true && before !== undefined && before.epoch === epoch;
    const missed = resumed ? { missed: offset - before.offset } : {};

    const first = messages[0];
    const isState = joined.state ?? (first ? first.type === 'patch' : resumed && this.state);
    if (!isState || !at) {
      this.position = at;
      this.state = undefined;
      const known = before && before.epoch === epoch ? before.offset : 0;
      const fresh = messages.filter((message) => message.type === 'message' && (message.offset ?? Infinity) > known);
      return { ...missed, replayed: fresh.map((message) => ({ ...message, replay: true }) as MessageEvent) };
    }
    if (joined.state) {
      this.position = at;
      this.state = joined.state;
      return { ...missed, replayed: [] };
    }
    if (!resumed) {
      // Messages that make up the state begin with the first there ever was.
      this.position = { epoch: at.epoch, offset: 0 };
      this.state = {};
    }
    const replayed: PatchEvent[] = [];
    for (const patch of messages) {
      if (patch.type !== 'patch') continue;
      const verdict = this.apply(patch);
      if (verdict === 'gap') {
        this.position = this.state = undefined;
        return 'gap';
      }
      if (verdict === 'taken') replayed.push({ ...patch, state: this.state!, replay: true });
    }
    return { ...missed, replayed };
  }

  take({ offset }: Message): Verdict {
    return offset === undefined || !this.position ? 'taken' : this.#advance(offset - 1, offset);
  }

  /** With `taken` the state is the one after the patch. */
  apply({ previous, offset, data }: Patch): Verdict {
    if (!this.position || !this.state) {
      this.position = undefined; // without a state to patch, a position would only bring more patches
      return 'gap';
    }
    const verdict = this.#advance(previous, offset);
    if (verdict === 'taken') this.state = merge(this.state, data);
    return verdict;
  }

  /** A publisher does not hear its own message: the ack takes its place in the stream. */
  acked({ epoch, offset }: Ack, command: PublishCommand): Verdict {
    if (!this.position || offset === undefined || command.echo) return 'known';
    if (epoch !== undefined && epoch !== this.position.epoch) return 'known'; // a new `joined` is on its way
    // A conflated member may be told its own position before the patch that leads there.
    if (this.state && offset > this.position.offset + 1) return 'known';
    const verdict = this.#advance(offset - 1, offset);
    if (verdict === 'taken' && this.state && 'data' in command) this.state = merge(this.state, command.data as JsonObject);
    return verdict;
  }

  #advance(previous: number, offset: number): Verdict {
    const at = this.position!;
    if (offset <= at.offset) return 'known';
    if (previous > at.offset) return 'gap';
    this.position = { epoch: at.epoch, offset };
    return 'taken';
  }
}

/** Storage may hold anything. */
function isSaved(value: unknown): value is SavedRoom {
  if (!isObject(value)) return false;
  const { epoch, offset, state } = value;
  const isOffset = Number.isSafeInteger(offset) && Number(offset) >= 0;
  return typeof epoch === 'string' && isOffset && (state === undefined || isObject(state));
}
