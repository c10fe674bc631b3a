/** A gateway's end of the wire, moved by hand: what was sent is kept, what should arrive is said. */
import type { Socket } from '../client/index.js';

type Sent = Record<string, unknown>;

export class FakeSocket implements Socket {
  onmessage: Socket['onmessage'] = null;
  onclose: Socket['onclose'] = null;
  onerror: Socket['onerror'] = null;
  readonly url: string;
  readonly token: string | undefined;
  readonly #unheard: Sent[] = [];
  readonly #unanswered: Sent[] = [];
  closedWith: number | undefined;

  constructor(url = '', token?: string) {
    this.url = url;
    this.token = token;
  }

  send(frame: string): void {
    const command = JSON.parse(frame) as Sent;
    this.#unheard.push(command);
    this.#unanswered.push(command);
  }

  close(code?: number): void {
    this.closedWith = code ?? 1005;
  }

  says(message: object | string): void {
    const data = typeof message === 'string' ? message : JSON.stringify(message);
    this.onmessage?.call(this as never, { data } as MessageEvent);
  }

  welcomes(node = 'node-1'): void {
    this.says({ type: 'welcome', connection: 'c1', user: 'anon-1', node, heartbeat: 25_000, version: '1' });
  }

  /** Answers the oldest command that still waits, or the oldest with these members. */
  answers(reply: object, to: Sent = {}): void {
    const at = this.#unanswered.findIndex((command) => Object.entries(to).every(([name, value]) => command[name] === value));
    const [command] = at < 0 ? [] : this.#unanswered.splice(at, 1);
    if (!command) throw new Error('no such command waits for a reply');
    this.says({ ...reply, id: command.id });
  }

  admits(room: string, joined: object = {}): void {
    this.answers({ type: 'joined', room, ...joined }, { type: 'join', room });
  }

  closes(code: number, reason = ''): void {
    this.onclose?.call(this as never, { code, reason } as CloseEvent);
  }

  /** The commands received so far, without their ids; each is told once. */
  hears(): object[] {
    return this.#unheard.splice(0).map(({ id: _, ...command }) => command);
  }
}
