import type { Command, ErrorFrame, Id, Replies, ServerMessage } from './protocol.js';
import { Refusal } from './refusal.js';

interface Waiting {
  command: Command;
  resolve: (reply: never) => void;
  reject: (failure: Error) => void;
  timer: ReturnType<typeof setTimeout>;
}

/** The commands of one socket that wait for their reply, found again by `id`. */
export class PendingReplies {
  readonly #waiting = new Map<Id, Waiting>();
  #lastId = 0;

  get isEmpty(): boolean {
    return this.#waiting.size === 0;
  }

  /** `send` is given the frame; `late` is called when no reply came in time, after the command has failed. */
  await<C extends Command>(
    command: C,
    timeoutMs: number,
    send: (frame: string) => void,
    late: () => void,
  ): Promise<Replies[C['type']]> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new Error(`No reply to ${command.type}`));
        late();
      }, timeoutMs);
      this.#waiting.set(id, { command, resolve, reject, timer });
      send(JSON.stringify({ ...command, id }));
    });
  }

  /** Gives a reply to whom it belongs; returns the command it answers. */
  settle(message: ServerMessage): Command | undefined {
    const id = 'id' in message ? message.id : undefined;
    const waiting = id === undefined ? undefined : this.#waiting.get(id);
    if (!waiting) return undefined;
    this.#waiting.delete(id!);
    clearTimeout(waiting.timer);
    if (message.type === 'error') waiting.reject(new Refusal(message as ErrorFrame));
    else waiting.resolve(message as never);
    return waiting.command;
  }

  lose(): void {
    const lost = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { timer, reject } of lost) {
      clearTimeout(timer);
      reject(new Error('Connection lost'));
    }
  }
}
