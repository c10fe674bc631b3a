/** The chat in room `lobby`. What others write is hostile until shown as text, and it is only ever shown as text. */
import type { Connection, Message, Room } from '../client/index.js';
import { byId, make, write } from './dom.js';

const ROOM = 'lobby';
const KEPT_LINES = 200;

export class Chat {
  readonly #connection: Connection;
  readonly #log = byId('log');
  readonly #name = byId<HTMLInputElement>('name');
  readonly #text = byId<HTMLInputElement>('text');
  readonly #send = byId<HTMLButtonElement>('send');
  readonly #members = byId('members');
  /** What we said and have not heard back yet: an echo carries no mark of its own. */
  readonly #unheard: string[] = [];
  #room: Room;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#name.value = remembered() ?? `guest-${Math.floor(1_000 + Math.random() * 9_000)}`;
    this.#name.addEventListener('change', () => this.#rename());
    byId('say').addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#say();
    });
    this.#room = this.#join(this.#name.value);
    connection.on('state', (state) => {
      if (state.name === 'live') return;
      this.#unheard.length = 0;
      this.#open(false);
    });
  }

  #join(user: string): Room {
    const room = this.#connection.join(ROOM, { user });
    room.on('joined', ({ members }) => {
      this.#count(members);
      this.#open(true);
    });
    room.on('refused', (refusal) => this.#notice(`Not admitted: ${refusal.message}`));
    room.on('message', (message) => this.#show(message));
    room.on('presence', ({ count }) => this.#count(count));
    for (const move of ['user-joined', 'user-left'] as const) {
      room.on(move, ({ type, user, count }) => {
        this.#count(count);
        this.#notice(user, type === 'user-joined' ? ' joined' : ' left');
      });
    }
    return room;
  }

  async #say(): Promise<void> {
    const text = this.#text.value.trim();
    if (!text) return;
    this.#text.value = '';
    this.#unheard.push(text);
    try {
      await this.#room.publish({ text }, { echo: true });
    } catch (failure) {
      this.#heard(text);
      this.#text.value ||= text;
      this.#notice(`Not sent: ${(failure as Error).message}`);
    }
  }

  /** A name belongs to a membership, so a new name is a new join. */
  #rename(): void {
    const user = this.#name.value.trim();
    if (!user) return;
    try {
      localStorage.setItem('name', user);
    } catch {
      // Storage may be switched off; the name then lasts as long as the page.
    }
    this.#room.leave();
    this.#room = this.#join(user);
  }

  #show({ user = 'gateway', text, data, timestamp }: Message): void {
    const said = text ?? JSON.stringify(data);
    const time = make('time', '', new Date(timestamp).toTimeString().slice(0, 5));
    time.dateTime = timestamp;
    const own = user === this.#name.value.trim() && this.#heard(said);
    this.#add(make('li', own ? 'own' : '', make('div', 'by', make('bdi', '', user), time), make('bdi', 'said', said)));
  }

  #heard(text: string): boolean {
    const at = this.#unheard.indexOf(text);
    if (at >= 0) this.#unheard.splice(at, 1);
    return at >= 0;
  }

  #notice(subject: string, verb = ''): void {
    this.#add(make('li', 'notice', make('bdi', '', subject), verb));
  }

  #add(line: HTMLElement): void {
    const atEnd = this.#log.scrollHeight - this.#log.scrollTop - this.#log.clientHeight < 40;
    this.#log.append(line);
    while (this.#log.childElementCount > KEPT_LINES) this.#log.firstElementChild?.remove();
    if (atEnd || line.className === 'own') this.#log.scrollTop = this.#log.scrollHeight;
  }

  #count(members: number | undefined): void {
    write(this.#members, members === undefined ? '' : `${members} ${members === 1 ? 'member' : 'members'}`);
  }

  #open(open: boolean): void {
    this.#text.disabled = this.#send.disabled = !open;
    if (!open) this.#count(undefined);
  }
}

function remembered(): string | null {
  try {
    return localStorage.getItem('name');
  } catch {
    return null;
  }
}
