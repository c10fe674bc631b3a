/** The connection as a person sees it: state, where it ended up, how fast it is, and when it will be back. */
import type { Connection, State } from '../client/index.js';
import { byId, write } from './dom.js';

const SAMPLE_MS = 1_000;
/** The rate is taken over this many samples, so that it is steady enough to read. */
const RATE_SAMPLES = 4;

export class Status {
  readonly #connection: Connection;
  readonly #received: number[] = [];

  constructor(connection: Connection) {
    this.#connection = connection;
    connection.on('state', (state) => this.#show(state));
    this.#show(connection.state);
    byId('retry').addEventListener('click', () => connection.open());
    setInterval(() => this.#sample(), SAMPLE_MS);
  }

  #show(state: State): void {
    const pill = byId('state');
    pill.dataset.state = state.name;
    write(pill, state.name);
    byId('retry').hidden = state.name !== 'reconnecting' && state.name !== 'closed';
    write(byId('node'), state.name === 'live' ? state.welcome.node : '–');
    const id = state.name === 'live' ? state.welcome.connection : '';
    write(byId('connection'), id.length > 10 ? `${id.slice(0, 8)}…` : id || '–');
    byId('connection').title = id;
    write(byId('rtt'), '–');
    this.#received.length = 0;
    this.#explain(state);
    if (state.name === 'live') void this.#ping();
  }

  #explain(state: State): void {
    let text = '';
    if (state.name === 'reconnecting') {
      const seconds = Math.max(0, Math.ceil((state.at - Date.now()) / 1_000));
      text = `${state.reason || 'Connection lost'} · next attempt in ${seconds} s`;
    }
    if (state.name === 'offline') text = 'No network; back as soon as there is one';
    if (state.name === 'live' && state.transport === 'sse') text = 'No WebSocket gets through: by HTTP';
    if (state.name === 'closed') text = `${state.reason || 'Closed by the gateway'} (${state.code})`;
    write(byId('reason'), text);
  }

  #sample(): void {
    const { state, received } = this.#connection;
    this.#explain(state);
    this.#received.push(received);
    if (this.#received.length > RATE_SAMPLES + 1) this.#received.shift();
    const spans = this.#received.length - 1;
    const rate = spans > 0 ? ((received - this.#received[0]!) / spans) * (1_000 / SAMPLE_MS) : 0;
    write(byId('rate'), state.name === 'live' && spans > 0 ? `${rate.toFixed(1)} /s` : '–');
    // Every other second, and only while someone looks: a background tab's timers would measure the browser.
    if (state.name === 'live' && Math.floor(Date.now() / SAMPLE_MS) % 2 === 0 && !document.hidden) void this.#ping();
  }

  async #ping(): Promise<void> {
    const sentAt = performance.now();
    try {
      await this.#connection.request({ type: 'ping' });
      const took = performance.now() - sentAt;
      write(byId('rtt'), `${took.toFixed(took < 10 ? 1 : 0)} ms`);
    } catch {
      write(byId('rtt'), '–');
    }
  }
}
