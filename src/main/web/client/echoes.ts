/**
 * For a way of publishing on which the publisher hears its own message like everybody else: puts the ack in that place in
 * the room's stream, where a gateway would have put it, and takes the message out. The message is known by the offset
 * that was answered; until the answer is there, what follows waits. Where the room counts no offsets it is known by what
 * it says.
 */
import type { Id, Message, Patch, PublishCommand } from './protocol.js';

export type Update = Message | Patch;
/** What answers a publication, wherever it comes from. */
export type Answer = { offset?: number };

export class Echoes {
  readonly #say: (frame: object) => void;
  #at = 0;
  #unanswered = 0;
  #held: Update[] = [];
  readonly #acks = new Map<number, { frame: object; isHeard: boolean }>();
  readonly #own: string[] = [];

  constructor(say: (frame: object) => void) {
    this.#say = say;
  }

  /** The stream goes on from here, perhaps in another epoch. */
  restart(offset = 0): void {
    this.#held = [];
    this.#at = Infinity;
    this.#acknowledge();
    this.#at = offset;
  }

  /** What the room said next, or before: that is passed over. */
  hear(update: Update): void {
    if (this.#unanswered > 0) this.#held.push(update);
    else this.#pass(update);
  }

  published(command: PublishCommand & { id?: Id | undefined }, answer: Promise<Answer>): Promise<void> {
    const { id, room, echo: isHeard = false } = command;
    const said = content(command);
    if (!isHeard) this.#own.push(said);
    this.#unanswered++;
    const settled = answer.then(
      (it) => {
        const frame = { ...it, type: 'ack', id, room };
        if (it.offset === undefined) return this.#say(frame);
        this.#forget(said);
        this.#acks.set(it.offset, { frame, isHeard });
      },
      (failure: unknown) => {
        this.#forget(said);
        throw failure;
      },
    );
    return settled.finally(() => {
      if (--this.#unanswered > 0) return;
      for (const update of this.#held.splice(0)) this.#pass(update);
      this.#acknowledge();
    });
  }

  #pass(update: Update): void {
    const { offset } = update;
    if (offset === undefined) {
      if (!this.#forget(content(update))) this.#say(update);
      return;
    }
    if (offset <= this.#at) return;
    // A merged patch holds what others did too.
    const isAlone = update.type === 'message' || update.previous === offset - 1;
    const isOwn = isAlone && this.#acks.get(offset)?.isHeard === false;
    if (!isOwn) this.#say(update);
    this.#at = offset;
    this.#acknowledge();
  }

  #acknowledge(): void {
    for (const [offset, { frame }] of this.#acks) {
      if (offset > this.#at) continue;
      this.#acks.delete(offset);
      this.#say(frame);
    }
  }

  #forget(said: string): boolean {
    const at = this.#own.indexOf(said);
    if (at >= 0) this.#own.splice(at, 1);
    return at >= 0;
  }
}

function content(of: object): string {
  const { text, data } = of as { text?: string; data?: unknown };
  return JSON.stringify([text, data]);
}
