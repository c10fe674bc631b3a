/** A gateway's end of the wire, moved by hand: what was sent is kept, what should arrive is said. */
import type { Socket } from '../client/connection.js';

export class FakeSocket implements Socket {
  onmessage: Socket['onmessage'] = null;
  onclose: Socket['onclose'] = null;
  onerror: Socket['onerror'] = null;
  readonly sent: Array<Record<string, unknown>> = [];
  closedWith: number | undefined;

  send(frame: string): void {
    this.sent.push(JSON.parse(frame));
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

  /** Answers the oldest command that still waits. */
  answers(reply: object): void {
    const command = this.sent.find((candidate) => !('answered' in candidate) && 'id' in candidate);
    if (!command) throw new Error('no command waits for a reply');
    const { id } = command;
    command.answered = true;
    this.says({ ...reply, id });
  }

  closes(code: number, reason = ''): void {
    this.onclose?.call(this as never, { code, reason } as CloseEvent);
  }

  /** The commands received so far, without their ids; each is told once. */
  hears(): object[] {
    return this.sent.splice(0).map(({ id: _, answered: __, ...command }) => command);
  }
}
