/** What the views share: how they live, load and confirm. */
import type { Api } from './api.js';
import { sentence } from './api.js';
import { byId, button, make, note } from './dom.js';
import type { Fleet } from './fleet.js';

export interface Context {
  api: Api;
  fleet: Fleet;
}

export interface View {
  title: string;
  element: HTMLElement;
  /** Called at once and then every `everyMs`; what it throws is shown in the view. */
  refresh?(): Promise<void>;
  everyMs?: number;
  leave?(): void;
}

/** Says where a list is not whole. */
export function completeness(list: { complete: boolean; missing: string[] }): HTMLElement | null {
  if (list.complete) return null;
  const count = list.missing.length;
  return note(`${count === 1 ? 'One node has' : `${count} nodes have`} not answered; what is there is missing here.`, 'error');
}

/** Asks before what cannot be undone. The promise is kept by a native dialog, which closes with Escape. */
export function confirmed(question: string, action: string): Promise<boolean> {
  return new Promise((resolve) => {
    const dialog = make('dialog', { 'aria-labelledby': 'question' });
    const close = (answer: boolean) => {
      dialog.close();
      dialog.remove();
      resolve(answer);
    };
    const no = button('Cancel', () => close(false), 'quiet');
    dialog.append(
      make('p', { id: 'question' }, question),
      make('div', { class: 'actions' }, no, button(action, () => close(true), 'danger')),
    );
    dialog.addEventListener('cancel', () => close(false));
    document.body.append(dialog);
    dialog.showModal();
    no.focus();
  });
}

/** A short word at the foot of the page about what was just done. */
export function toast(text: string, kind: 'done' | 'error' = 'done'): void {
  document.querySelector('.toast')?.remove();
  const element = make('p', { class: `toast ${kind}`, role: kind === 'error' ? 'alert' : 'status' }, text);
  document.body.append(element);
  setTimeout(() => element.remove(), 5_000);
}

/** Does it and says how it went. */
export async function attempt(action: () => Promise<unknown>, done: string): Promise<boolean> {
  try {
    await action();
    toast(done);
    return true;
  } catch (failure) {
    toast(sentence(failure), 'error');
    return false;
  }
}

export interface Column<T> {
  label: string;
  className?: string;
  cell(row: T): Node | string;
}

/** A table that a narrow page shows as one card per row. Rows keep their elements, and so the focus, while they stay. */
export class Table<T> {
  readonly element: HTMLTableElement;
  private readonly body = make('tbody');
  private readonly rows = new Map<string, HTMLTableRowElement>();

  constructor(
    caption: string,
    private readonly columns: Column<T>[],
    private readonly key: (row: T) => string,
  ) {
    this.element = make(
      'table',
      {},
      make('caption', { class: 'hidden' }, caption),
      make(
        'thead',
        {},
        make('tr', {}, ...columns.map((column) => make('th', { scope: 'col', class: column.className }, column.label))),
      ),
      this.body,
    );
  }

  show(rows: readonly T[]): void {
    const kept = new Set(rows.map(this.key));
    for (const [key, row] of this.rows) {
      if (!kept.has(key)) {
        row.remove();
        this.rows.delete(key);
      }
    }
    rows.forEach((row, i) => {
      const key = this.key(row);
      let line = this.rows.get(key);
      if (!line) {
        line = make('tr', {}, ...this.columns.map((c) => make('td', { 'data-label': c.label, class: c.className })));
        this.rows.set(key, line);
      }
      this.columns.forEach((column, at) => fill(line.children[at]!, column.cell(row)));
      if (this.body.children[i] !== line) this.body.insertBefore(line, this.body.children[i] ?? null);
    });
    this.element.hidden = rows.length === 0;
  }
}

/** Leaves alone what says the same: a link somebody is about to click, a button that has the focus. */
function fill(cell: Element, content: Node | string): void {
  if (typeof content === 'string') {
    if (cell.textContent !== content || cell.firstElementChild) cell.replaceChildren(content);
  } else if (!cell.firstChild?.isEqualNode(content)) {
    cell.replaceChildren(content);
  }
}

export const roomLink = (room: string): HTMLElement =>
  make('a', { href: `#/rooms/${encodeURIComponent(room)}`, class: 'name' }, room);

export const main = (): HTMLElement => byId('main');
