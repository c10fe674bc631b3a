/** The rooms of the cluster: by name, or those that say the most or have the most members. */
import type { Room, Rooms } from './api.js';
import { button, make, note } from './dom.js';
import { integer, rate } from './format.js';
import { type Context, type View, Table, completeness, roomLink } from './view.js';

const ORDERS = [
  ['busiest', 'Busiest'],
  ['largest', 'Largest'],
  ['name', 'By name'],
] as const;
const LIMIT = 100;

export const perSecond = (room: Room): string => {
  const value = (room.perMinute ?? 0) / 60;
  return value > 0 && value < 1 ? `${rate(room.perMinute ?? 0)}/min` : `${rate(value)}/s`;
};

export function rooms({ api }: Context): View {
  let order: string = 'busiest';
  let cursors: string[] = [];
  let shownNext: string | undefined;
  const search = make('input', {
    type: 'search',
    placeholder: 'Names that begin with…',
    'aria-label': 'Names that begin with',
    spellcheck: 'false',
    autocomplete: 'off',
    maxlength: 255,
  });
  const table = new Table<Room>(
    'Rooms',
    [
      { label: 'Room', className: 'grow', cell: (room) => roomLink(room.room) },
      { label: 'Mode', cell: (room) => make('span', { class: 'tag' }, room.mode) },
      { label: 'Members', className: 'number', cell: (room) => integer(room.members) },
      { label: 'Publications', className: 'number', cell: perSecond },
      { label: 'Offset', className: 'number', cell: (room) => (room.offset === undefined ? '–' : integer(room.offset)) },
    ],
    (room) => room.room,
  );
  const aside = make('div', { class: 'under' });
  const orders = make(
    'div',
    { class: 'segments', role: 'group', 'aria-label': 'Order' },
    ...ORDERS.map(([value, label]) => {
      const choice = button(label, () => choose(value));
      choice.dataset['order'] = value;
      return choice;
    }),
  );
  const back = button('First page', () => turn([]), 'quiet');
  const next = button('Next page', () => turn(shownNext ? [...cursors, shownNext] : cursors), 'quiet');
  const element = make(
    'section',
    { class: 'card list four' },
    make('div', { class: 'head' }, make('h1', {}, 'Rooms'), orders, search),
    table.element,
    aside,
    make('div', { class: 'pager' }, back, next),
  );

  const refresh = async (): Promise<void> => {
    const asked = `${order} ${search.value} ${cursors.length}`;
    const answer = await api.get<Rooms>('/activity', {
      order,
      prefix: search.value.trim(),
      limit: LIMIT,
      cursor: cursors[cursors.length - 1],
    });
    if (asked !== `${order} ${search.value} ${cursors.length}`) return;
    table.show(answer.rooms);
    shownNext = answer.next;
    back.hidden = cursors.length === 0;
    next.hidden = !answer.next;
    aside.replaceChildren(
      ...[
        answer.rooms.length > 0
          ? null
          : note(search.value ? 'No room with members has such a name.' : 'No room has members right now.'),
        answer.more && order !== 'name' ? note(`The first ${LIMIT}; search for others by name.`) : null,
        completeness(answer),
      ].filter((each) => each !== null),
    );
  };
  const choose = (value: string): void => {
    order = value;
    for (const choice of orders.children) choice.setAttribute('aria-pressed', String((choice as HTMLElement).dataset['order'] === order));
    turn([]);
  };
  const turn = (to: string[]): void => {
    cursors = to;
    void refresh().catch(() => undefined);
  };
  back.hidden = true;
  next.hidden = true;
  table.show([]);
  for (const choice of orders.children) choice.setAttribute('aria-pressed', String((choice as HTMLElement).dataset['order'] === order));
  search.addEventListener('input', () => turn([]));
  return { title: 'Rooms', element, refresh, everyMs: 2_000 };
}
