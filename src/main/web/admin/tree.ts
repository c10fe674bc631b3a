/** JSON as a tree that opens and closes. What it shows may come from anybody, and may be deep. */
import { make } from './dom.js';

/** What is deeper or longer is there when it is opened. */
const OPEN_DEPTH = 2;
const LONGEST = 200;

export function tree(value: unknown, name: string | null = null, depth = 0): HTMLElement {
  const label = name === null ? null : make('span', { class: 'key' }, `${name}: `);
  if (value === null || typeof value !== 'object') {
    const kind = value === null ? 'null' : typeof value;
    return make('div', { class: 'leaf' }, label, make('span', { class: kind }, JSON.stringify(value)));
  }
  const list = Array.isArray(value);
  const entries: Array<[string, unknown]> = list
    ? value.map((each, i) => [String(i), each])
    : Object.entries(value as Record<string, unknown>);
  if (entries.length === 0) return make('div', { class: 'leaf' }, label, make('span', { class: 'null' }, list ? '[]' : '{}'));
  const size = make('span', { class: 'size' }, list ? `[${entries.length}]` : `{${entries.length}}`);
  const branch = make('details', { open: depth < OPEN_DEPTH }, make('summary', {}, label, size));
  const fill = (): void => {
    if (branch.childElementCount > 1) return;
    branch.append(...entries.slice(0, LONGEST).map(([key, each]) => tree(each, key, depth + 1)));
    if (entries.length > LONGEST) branch.append(make('div', { class: 'leaf null' }, `… ${entries.length - LONGEST} more`));
  };
  if (branch.open) fill();
  else branch.addEventListener('toggle', fill, { once: true });
  return branch;
}
