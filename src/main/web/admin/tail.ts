/** What a room says, as it says it. The newest is at the top; only so many are kept. */
import { type Api, Refused, sentence } from './api.js';
import { button, make, write } from './dom.js';
import { events } from './events.js';
import { timeOfDay } from './format.js';

const KEPT = 200;
const RETRY_MS = 2_000;
/** Of a message with much in it; the rest is in the history. */
const LONGEST = 2_000;

/** The words that tell what happened in the room; others are about the connection. */
const TOLD = new Set(['message', 'patch', 'user-joined', 'user-left', 'presence', 'joined', 'left']);

export class Tail {
  readonly element: HTMLElement;
  private readonly lines = make('ol', { class: 'tail', role: 'log', 'aria-label': 'Live messages', tabindex: 0 });
  private readonly status = make('span', { class: 'pill', role: 'status', 'data-state': 'busy' }, 'connecting');
  private readonly pauseButton = button('Pause', () => this.pause(!this.paused), 'quiet');
  private readonly over = new AbortController();
  private paused = false;
  private missed = 0;

  constructor(
    private readonly api: Api,
    private readonly room: string,
  ) {
    this.element = make(
      'section',
      { class: 'card live', 'aria-labelledby': 'live-title' },
      make(
        'div',
        { class: 'head' },
        make('h2', { id: 'live-title' }, 'Live'),
        this.status,
        this.pauseButton,
        button('Clear', () => this.lines.replaceChildren(), 'quiet'),
      ),
      this.lines,
    );
    void this.run();
  }

  close(): void {
    this.over.abort();
  }

  private pause(paused: boolean): void {
    this.paused = paused;
    this.missed = 0;
    write(this.pauseButton, paused ? 'Go on' : 'Pause');
    this.say(paused ? 'busy' : 'good', paused ? 'paused' : 'live');
  }

  private say(state: 'good' | 'busy' | 'bad', text: string): void {
    this.status.dataset['state'] = state;
    write(this.status, text);
  }

  private async run(): Promise<void> {
    const { signal } = this.over;
    while (!signal.aborted) {
      try {
        const stream = await this.api.stream(`/rooms/${encodeURIComponent(this.room)}/live`, signal);
        this.say(this.paused ? 'busy' : 'good', this.paused ? 'paused' : 'live');
        for await (const { name, data } of events(stream)) if (TOLD.has(name)) this.hear(name, data);
        this.say('busy', 'reconnecting');
      } catch (failure) {
        if (signal.aborted) return;
        this.say('bad', failure instanceof Refused ? sentence(failure) : 'reconnecting');
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  private hear(name: string, data: string): void {
    if (this.paused) {
      this.missed++;
      write(this.status, `paused, ${this.missed} missed`);
      return;
    }
    const said = JSON.parse(data) as Record<string, unknown>;
    if (name === 'joined') {
      // The last messages come with it; a state is shown beside.
      const before = (said['messages'] as Array<Record<string, unknown>> | undefined) ?? [];
      before.forEach((each) => this.add(String(each['type']), each));
      return;
    }
    this.add(name, said);
  }

  private add(name: string, said: Record<string, unknown>): void {
    const when = typeof said['timestamp'] === 'string' ? timeOfDay(new Date(said['timestamp'])) : '';
    const content = 'text' in said ? String(said['text']) : 'data' in said ? JSON.stringify(said['data']) : '';
    const offset = typeof said['offset'] === 'number' ? `#${said['offset']}` : '';
    this.lines.prepend(
      make(
        'li',
        { class: name },
        make('time', {}, when),
        make('span', { class: 'what' }, typeof said['user'] === 'string' ? said['user'] : name === 'message' ? 'backend' : name),
        make('span', { class: 'said' }, content.length > LONGEST ? `${content.slice(0, LONGEST)}…` : content || told(name)),
        make('span', { class: 'offset' }, offset),
      ),
    );
    while (this.lines.childElementCount > KEPT) this.lines.lastElementChild?.remove();
  }
}

const told = (name: string): string => ({ 'user-joined': 'joined', 'user-left': 'left', presence: 'presence' })[name] ?? '';
