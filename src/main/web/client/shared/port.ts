/**
 * A tab's way to the connection it shares: a socket whose other end is not the gateway but the worker, which answers as one
 * would. The tab holds a lock, which the browser gives on to the worker when the tab is gone, however it went.
 */
import type { Command } from '../protocol.js';
import type { SavedRoom } from '../replica.js';
import { LOST } from '../wire.js';
import type { Socket } from '../wire.js';
import type { FromTab, FromWorker } from './messages.js';

export interface Sharing {
  /** Where the worker's script is; it must have the page's origin. */
  script: string | URL;
  /** Tabs with the same name share. */
  name: string;
  endpoints: readonly string[];
  fallback: boolean;
  replyTimeoutMs: number;
  token: (() => string | undefined | Promise<string | undefined>) | undefined;
  saved(room: string): SavedRoom | undefined;
  /** There is no such worker to be had. */
  failed(): void;
}

/** A browser gives a page no worker from another origin than its own. */
export function canShare(script: string | URL): boolean {
  const isKnown = typeof SharedWorker === 'function' && globalThis.navigator?.locks !== undefined;
  return isKnown && new URL(script, location.href).origin === location.origin;
}

export class PortSocket implements Socket {
  onmessage: Socket['onmessage'] = null;
  onclose: Socket['onclose'] = null;
  onerror: Socket['onerror'] = null;
  readonly #sharing: Sharing;
  readonly #port: MessagePort;
  #release: () => void = () => {};
  #isClosed = false;

  constructor(sharing: Sharing) {
    this.#sharing = sharing;
    const { script, name, endpoints, fallback, replyTimeoutMs, token } = sharing;
    const worker = new SharedWorker(script, name);
    worker.onerror = () => {
      sharing.failed();
      this.#end(LOST, 'No shared worker');
    };
    this.#port = worker.port;
    this.#port.onmessage = ({ data }: MessageEvent<FromWorker>) => void this.#hear(data);
    const lock = `fanfara ${crypto.randomUUID()}`;
    const hold = () => {
      if (this.#isClosed) return;
      this.#tell({ open: { endpoints, fallback, replyTimeoutMs, hasToken: token !== undefined, lock } });
      return new Promise<void>((resolve) => (this.#release = resolve));
    };
    navigator.locks.request(lock, hold).catch((failure) => this.#end(LOST, String(failure)));
  }

  send(frame: string): void {
    const command = JSON.parse(frame) as Command;
    this.#tell({ frame, saved: command.type === 'join' ? this.#sharing.saved(command.room) : undefined });
  }

  close(): void {
    this.#tell({ close: true });
    this.#isClosed = true;
    this.#release();
    this.#port.close();
  }

  #tell(message: FromTab): void {
    this.#port.postMessage(message);
  }

  async #hear(message: FromWorker): Promise<void> {
    if ('frame' in message) this.onmessage?.call(this as never, { data: message.frame } as MessageEvent);
    else if ('closed' in message) this.#end(message.closed.code, message.closed.reason);
    else {
      try {
        this.#tell({ token: await this.#sharing.token?.() });
      } catch (failure) {
        this.#tell({ token: undefined, failure: String(failure) });
      }
    }
  }

  #end(code: number, reason: string): void {
    if (this.#isClosed) return;
    this.close();
    this.onclose?.call(this as never, { code, reason } as CloseEvent);
  }
}
