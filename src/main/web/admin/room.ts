/** One room: who is in it, what it remembers, what it says, and a way to say something. */
import { type Connections, type Members, Refused, type Room, sentence } from './api.js';
import { make, note, write } from './dom.js';
import { integer } from './format.js';
import { Tail } from './tail.js';
import { tree } from './tree.js';
import { type Context, type View, Table, attempt, completeness, confirmed, toast } from './view.js';

interface Said {
  type: string;
  user?: string;
  text?: string;
  data?: unknown;
  offset?: number;
  timestamp?: string;
}

const HISTORY = 50;

export function room({ api }: Context, name: string): View {
  const path = `/rooms/${encodeURIComponent(name)}`;
  const facts = make('p', { class: 'facts' });
  const tail = new Tail(api, name);
  const members = make('div', { class: 'members' });
  const remembered = make('div');
  const rememberedTitle = make('h2', { id: 'remembered-title' }, 'Memory');
  let shownPosition = '';

  const table = new Table<{ user: string; connections: number }>(
    'Members',
    [
      { label: 'User', className: 'grow', cell: (member) => make('span', { class: 'name' }, member.user) },
      { label: 'Connections', className: 'number', cell: (member) => integer(member.connections) },
      { label: '', className: 'action', cell: (member) => kick(member.user) },
    ],
    (member) => member.user,
  );
  const kick = (user: string): HTMLElement => {
    const link = make('button', { type: 'button', class: 'danger small', 'aria-label': `Disconnect ${user}` }, 'Kick');
    return link;
  };
  table.element.addEventListener('click', (event) => {
    const row = (event.target as Element).closest('button')?.closest('tr');
    const user = row?.querySelector('.name')?.textContent;
    if (user) void disconnect(user);
  });
  const disconnect = async (user: string): Promise<void> => {
    if (!(await isUser(user))) {
      toast(`Nobody here is connected as ${user}: a client without a token shows itself by that name. Connections has the one it is.`, 'error');
      return;
    }
    if (await confirmed(`Close all connections of ${user}, in every room?`, 'Disconnect')) {
      await attempt(() => api.send('DELETE', `/users/${encodeURIComponent(user)}/connections`), `${user} was disconnected`);
      await refresh();
    }
  };

  /** Without it the user of the same name would be kicked, who may be another. */
  const isUser = async (user: string): Promise<boolean> => {
    try {
      return (await api.get<Connections>('/connections', { user, room: name, limit: 1 })).connections.length > 0;
    } catch {
      return true; // what is asked next says why
    }
  };

  const showMembers = async (): Promise<void> => {
    try {
      const answer = await api.get<Members>(`${path}/members`, { limit: 200 });
      if (table.element.parentElement !== members) members.replaceChildren(table.element);
      table.show(answer.members ?? []);
      const lines = [
        answer.members ? null : note(`${integer(answer.count)} members; this room tells numbers only.`),
        answer.members?.length === 0 ? note('Nobody is here.') : null,
        answer.next ? note('The first 200.') : null,
        completeness(answer),
      ];
      members.replaceChildren(table.element, ...lines.filter((each) => each !== null));
    } catch (failure) {
      if (!(failure instanceof Refused)) throw failure;
      members.replaceChildren(note(sentence(failure)));
    }
  };

  const showMemory = async (known: Room): Promise<void> => {
    const position = `${known.epoch} ${known.offset}`;
    if (known.mode === 'plain') {
      if (shownPosition !== 'plain') remembered.replaceChildren(note('A plain room remembers nothing.'));
      shownPosition = 'plain';
      return;
    }
    if (position === shownPosition) return;
    if (known.mode === 'state') {
      const answer = await api.get<{ state: unknown }>(`${path}/state`);
      const open = openBranches(remembered);
      remembered.replaceChildren(make('div', { class: 'tree' }, tree(answer.state)));
      reopen(remembered, open);
    } else {
      const answer = await api.get<{ messages: Said[] }>(`${path}/messages`, { limit: HISTORY });
      remembered.replaceChildren(answer.messages.length === 0 ? note('Nothing was said yet.') : history(answer.messages));
    }
    shownPosition = position;
  };

  const refresh = async (): Promise<void> => {
    const known = await api.get<Room>(path);
    write(rememberedTitle, { state: 'State', log: 'History', plain: 'Memory' }[known.mode]);
    write(
      facts,
      [
        `${known.mode} room`,
        `${integer(known.members)} ${known.members === 1 ? 'member' : 'members'}`,
        known.offset === undefined ? '' : `offset ${integer(known.offset)} of epoch ${known.epoch}`,
      ]
        .filter(Boolean)
        .join(' · '),
    );
    publishing.mode(known.mode);
    await Promise.all([showMembers(), showMemory(known)]);
  };

  const publishing = publisher(async (method, body) => {
    await api.send(method, method === 'PATCH' ? `${path}/state` : `${path}/messages`, body);
    await refresh();
  });
  const element = make(
    'div',
    { class: 'room' },
    make(
      'header',
      {},
      make('a', { href: '#/rooms', class: 'back' }, '← Rooms'),
      make('h1', {}, name),
      facts,
    ),
    make(
      'div',
      { class: 'columns' },
      make('div', { class: 'column' }, tail.element, publishing.element),
      make(
        'div',
        { class: 'column' },
        make('section', { class: 'card', 'aria-labelledby': 'members-title' }, make('h2', { id: 'members-title' }, 'Members'), members),
        make('section', { class: 'card', 'aria-labelledby': 'remembered-title' }, rememberedTitle, remembered),
      ),
    ),
  );
  return { title: name, element, refresh, everyMs: 3_000, leave: () => tail.close() };
}

function history(messages: readonly Said[]): HTMLElement {
  return make(
    'ol',
    { class: 'tail', tabindex: 0, 'aria-label': 'History' },
    ...[...messages].reverse().map((said) =>
      make(
        'li',
        {},
        make('span', { class: 'what' }, said.user ?? 'backend'),
        make('span', { class: 'said' }, said.text ?? JSON.stringify(said.data)),
        make('span', { class: 'offset' }, said.offset === undefined ? '' : `#${said.offset}`),
      ),
    ),
  );
}

/** The branches of a tree by their place, so that a new state does not close what somebody opened. */
function branches(parent: Element): HTMLDetailsElement[] {
  return [...parent.querySelectorAll('details')];
}

const place = (branch: Element): string => {
  const name = branch.querySelector(':scope > summary > .key')?.textContent ?? '';
  const above = branch.parentElement?.closest('details');
  return above ? `${place(above)}/${name}` : name;
};

const openBranches = (parent: Element): Map<string, boolean> =>
  new Map(branches(parent).map((branch) => [place(branch), branch.open]));

function reopen(parent: Element, open: ReadonlyMap<string, boolean>): void {
  for (const branch of branches(parent)) {
    const was = open.get(place(branch));
    if (was !== undefined && was !== branch.open) branch.open = was;
  }
}

/** Text, any JSON, or for a state a merge patch. */
function publisher(send: (method: 'POST' | 'PATCH', body: unknown) => Promise<void>): {
  element: HTMLElement;
  mode(mode: Room['mode']): void;
} {
  const input = make('textarea', { id: 'say', rows: 3, required: true, spellcheck: 'false' });
  const kind = make('select', { 'aria-label': 'Kind' }, make('option', { value: 'text' }, 'Text'), make('option', { value: 'data' }, 'JSON'));
  const problem = make('p', { class: 'note error', role: 'alert', hidden: true });
  const label = make('label', { for: 'say' }, 'Publish');
  const submit = make('button', { type: 'submit' }, 'Publish');
  const form = make('form', { class: 'card publish' }, make('div', { class: 'head' }, label, kind, submit), input, problem);
  let state = false;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    problem.hidden = true;
    let body: unknown;
    try {
      body = state ? JSON.parse(input.value) : kind.value === 'data' ? { data: JSON.parse(input.value) } : { text: input.value };
    } catch {
      problem.hidden = false;
      write(problem, 'This is not valid JSON.');
      return;
    }
    submit.disabled = true;
    void attempt(() => send(state ? 'PATCH' : 'POST', body), state ? 'The state was changed' : 'Published')
      .then((done) => {
        if (done && !state) input.value = '';
      })
      .finally(() => (submit.disabled = false));
  });
  input.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  return {
    element: form,
    mode: (mode) => {
      state = mode === 'state';
      kind.hidden = state;
      write(label, state ? 'Change the state by a merge patch' : 'Publish');
      write(submit, state ? 'Apply' : 'Publish');
      input.placeholder = state ? '{"orders": 18}' : kind.value === 'data' ? '{"any": "JSON"}' : 'Message to the room';
    },
  };
}
