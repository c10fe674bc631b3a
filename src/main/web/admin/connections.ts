/** Who is connected, on whichever node, and the way to end it. */
import type { Connection, Connections } from './api.js';
import { button, make, note } from './dom.js';
import { brief, duration } from './format.js';
import { type Context, type View, Table, attempt, completeness, confirmed, roomLink } from './view.js';

const LIMIT = 100;
const ROOMS_SHOWN = 3;

export function connections({ api, fleet }: Context): View {
  let cursors: string[] = [];
  let shownNext: string | undefined;
  const field = (label: string) =>
    make('input', { type: 'search', placeholder: label, 'aria-label': label, spellcheck: 'false', autocomplete: 'off', maxlength: 255 });
  const user = field('User');
  const inRoom = field('Room');
  const address = (node: string): string =>
    fleet.latest?.nodes.find((each) => each.node === node)?.address ?? fleet.lastHeard.get(node)?.address ?? brief(node);
  const table = new Table<Connection>(
    'Connections',
    [
      { label: 'User', className: 'grow', cell: (row) => make('span', { class: 'name' }, row.user) },
      { label: 'Rooms', cell: (row) => roomsOf(row.rooms) },
      { label: 'Transport', cell: (row) => make('span', { class: 'tag' }, row.transport) },
      { label: 'Node', cell: (row) => address(row.node) },
      { label: 'Since', className: 'number', cell: (row) => duration((Date.now() - Date.parse(row.since)) / 1000) },
      { label: '', className: 'action', cell: (row) => make('button', { type: 'button', class: 'danger small', 'data-id': row.id, 'aria-label': `Disconnect ${row.user}` }, 'Kick') },
    ],
    (row) => row.id,
  );
  const kickUser = button('', () => void disconnectUser(), 'danger');
  const aside = make('div', { class: 'under' });
  const back = button('First page', () => turn([]), 'quiet');
  const next = button('Next page', () => turn(shownNext ? [...cursors, shownNext] : cursors), 'quiet');
  const element = make(
    'section',
    { class: 'card list two' },
    make('div', { class: 'head' }, make('h1', {}, 'Connections'), user, inRoom, kickUser),
    table.element,
    aside,
    make('div', { class: 'pager' }, back, next),
  );

  const refresh = async (): Promise<void> => {
    const asked = `${user.value} ${inRoom.value} ${cursors.length}`;
    const answer = await api.get<Connections>('/connections', {
      user: user.value.trim(),
      room: inRoom.value.trim(),
      limit: LIMIT,
      cursor: cursors[cursors.length - 1],
    });
    if (asked !== `${user.value} ${inRoom.value} ${cursors.length}`) return;
    table.show(answer.connections);
    shownNext = answer.next;
    back.hidden = cursors.length === 0;
    next.hidden = !answer.next;
    kickUser.hidden = user.value.trim() === '' || answer.connections.length === 0;
    kickUser.textContent = `Kick all of ${user.value.trim()}`;
    const filtered = user.value.trim() !== '' || inRoom.value.trim() !== '';
    aside.replaceChildren(
      ...[
        answer.connections.length > 0
          ? null
          : note(filtered ? 'Nobody fits: a user or a room is found by its whole name.' : 'Nobody is connected.'),
        completeness(answer),
      ].filter((each) => each !== null),
    );
  };
  const turn = (to: string[]): void => {
    cursors = to;
    void refresh().catch((failure: unknown) => aside.replaceChildren(note(String((failure as Error).message), 'error')));
  };
  const disconnect = async (id: string, name: string): Promise<void> => {
    if (await confirmed(`Close this connection of ${name}?`, 'Disconnect')) {
      await attempt(() => api.send('DELETE', `/connections/${encodeURIComponent(id)}`), `${name} was disconnected`);
      await refresh();
    }
  };
  const disconnectUser = async (): Promise<void> => {
    const name = user.value.trim();
    if (await confirmed(`Close all connections of ${name}?`, 'Disconnect')) {
      await attempt(() => api.send('DELETE', `/users/${encodeURIComponent(name)}/connections`), `${name} was disconnected`);
      await refresh();
    }
  };
  table.element.addEventListener('click', (event) => {
    const kick = (event.target as Element).closest<HTMLButtonElement>('button[data-id]');
    const name = kick?.closest('tr')?.querySelector('.name')?.textContent;
    if (kick?.dataset['id'] && name) void disconnect(kick.dataset['id'], name);
  });
  back.hidden = true;
  next.hidden = true;
  kickUser.hidden = true;
  table.show([]);
  user.addEventListener('input', () => turn([]));
  inRoom.addEventListener('input', () => turn([]));
  return { title: 'Connections', element, refresh, everyMs: 4_000 };
}

function roomsOf(rooms: readonly string[]): HTMLElement {
  const shown = rooms.slice(0, ROOMS_SHOWN).flatMap((name, i) => (i === 0 ? [roomLink(name)] : [', ', roomLink(name)]));
  const more = rooms.length - ROOMS_SHOWN;
  return make('span', { class: 'rooms' }, ...shown, more > 0 ? ` and ${more} more` : rooms.length === 0 ? '–' : null);
}
