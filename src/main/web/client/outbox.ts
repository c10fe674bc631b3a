/**
 * What a page publishes into one room, until the gateway has acknowledged it. Messages wait until the room is joined and
 * go in the order they came. When the connection is lost, one with a `key` is sent again, for the gateway delivers a key
 * once; one without might be delivered twice, and so it fails.
 */
import type { Ack, PublishCommand } from './protocol.js';
import { Refusal } from './refusal.js';

const IN_DOUBT = 'It may or may not be published';

/** The gateway remembers a key for 120 s from the first time it saw it; some of that may pass on the way. */
const KEY_MS = 110_000;
const LONGEST = 1_000;

interface Item {
  readonly command: PublishCommand;
  readonly resolve: (ack: Ack) => void;
  readonly reject: (failure: Error) => void;
  firstSentAt?: number;
  /** The request on the current socket. */
  attempt?: Promise<Ack> | undefined;
}

export class Outbox {
  readonly #items = new Set<Item>();
  readonly #isOpen: () => boolean;
  readonly #send: (command: PublishCommand) => Promise<Ack>;

  /** `isOpen`: whether the room takes messages now. */
  constructor(isOpen: () => boolean, send: (command: PublishCommand) => Promise<Ack>) {
    this.#isOpen = isOpen;
    this.#send = send;
  }

  add(command: PublishCommand): Promise<Ack> {
    if (this.#items.size >= LONGEST) return Promise.reject(new Error(`${LONGEST} messages wait to be published`));
    return new Promise((resolve, reject) => {
      // A copy: a page that changes its object afterwards must not change what a second attempt says.
      const item = { command: JSON.parse(JSON.stringify(command)) as PublishCommand, resolve, reject };
      this.#items.add(item);
      if (this.#isOpen()) this.#attempt(item);
    });
  }

  /** The room is joined. */
  flush(): void {
    for (const item of this.#items) if (!item.attempt) this.#attempt(item);
  }

  /** The connection is lost. */
  lost(): void {
    for (const item of this.#items) {
      item.attempt = undefined;
      if (item.command.key !== undefined) continue;
      const fate = item.firstSentAt === undefined ? 'It was not sent' : `${IN_DOUBT}; with a key it would be sent again`;
      this.#fail(item, new Error(`Connection lost before the ack. ${fate}.`));
    }
  }

  /** No message will be sent any more. */
  end(failure: Error): void {
    for (const item of this.#items) this.#fail(item, failure);
  }

  #attempt(item: Item): void {
    const now = Date.now();
    item.firstSentAt ??= now;
    if (now - item.firstSentAt > KEY_MS) {
      return this.#fail(item, new Error(`No ack for so long that the gateway may have forgotten the key. ${IN_DOUBT}.`));
    }
    const attempt = this.#send(item.command);
    item.attempt = attempt;
    attempt.then(
      (ack) => this.#items.delete(item) && item.resolve(ack),
      (failure: Error) => item.attempt === attempt && this.#failed(item, failure),
    );
  }

  #failed(item: Item, failure: Error): void {
    if (failure instanceof Refusal || item.command.key === undefined) return this.#fail(item, failure);
    item.attempt = undefined;
    if (this.#isOpen()) this.#attempt(item);
  }

  #fail(item: Item, failure: Error): void {
    if (this.#items.delete(item)) item.reject(failure);
  }
}
