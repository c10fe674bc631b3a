/** What is in force, what became of the last reloads, and whether the nodes agree. */
import type { Effective, Reload, Reloads } from './api.js';
import { make, note } from './dom.js';
import { brief, moment } from './format.js';
import { tree } from './tree.js';
import { type Context, type View, completeness } from './view.js';

export function configuration({ api }: Context): View {
  const agreement = make('div');
  const reloads = make('div');
  const effective = make('div', { class: 'tree' });
  let shownHash = '';
  const refresh = async (): Promise<void> => {
    const [told, now] = await Promise.all([api.get<Reloads>('/config/reloads'), api.get<Effective>('/config/effective')]);
    agreement.replaceChildren(...agreementOf(told));
    const latest = told.nodes
      .flatMap((node) => node.reloads.map((reload) => ({ node: node.address, reload })))
      .sort((a, b) => b.reload.at.localeCompare(a.reload.at));
    reloads.replaceChildren(
      latest.length === 0
        ? note('Nothing was loaded yet.')
        : make('ol', { class: 'reloads' }, ...latest.map(({ node, reload }) => line(node, reload))),
    );
    if (now.hash !== shownHash) {
      shownHash = now.hash;
      effective.replaceChildren(tree(now.config));
    }
  };
  const element = make(
    'div',
    { class: 'configuration' },
    make('h1', { class: 'hidden' }, 'Configuration'),
    make(
      'div',
      { class: 'column' },
      make('section', { class: 'card', 'aria-labelledby': 'agree-title' }, make('h2', { id: 'agree-title' }, 'Nodes'), agreement),
      make('section', { class: 'card', 'aria-labelledby': 'reloads-title' }, make('h2', { id: 'reloads-title' }, 'Last reloads'), reloads),
    ),
    make(
      'section',
      { class: 'card', 'aria-labelledby': 'effective-title' },
      make('h2', { id: 'effective-title' }, 'In force on this node'),
      make('p', { class: 'note' }, 'With all defaults. A secret is shown as …, a reference as it was written.'),
      effective,
    ),
  );
  return { title: 'Configuration', element, refresh, everyMs: 5_000 };
}

function agreementOf(told: Reloads): HTMLElement[] {
  const versions = new Set(told.nodes.map((node) => node.common));
  const drift = versions.size > 1;
  const verdict = drift
    ? note(`The nodes run ${versions.size} different configurations.`, 'error')
    : note(told.nodes.length === 1 ? 'One node.' : 'All nodes run the same, but for what is each node’s own, such as its address.');
  const list = make(
    'ul',
    { class: 'versions' },
    ...told.nodes.map((node) =>
      make(
        'li',
        {},
        make('span', { class: 'name' }, node.address),
        make('code', { class: drift ? 'drift' : undefined, title: `all of it: ${node.config}` }, node.common),
      ),
    ),
  );
  const missing = completeness(told);
  return missing ? [verdict, list, missing] : [verdict, list];
}

function line(node: string, reload: Reload): HTMLElement {
  const at = new Date(reload.at);
  return make(
    'li',
    { class: reload.taken ? undefined : 'refused' },
    make('div', { class: 'head' },
      make('span', { class: 'pill', 'data-state': reload.taken ? 'good' : 'bad' }, reload.taken ? 'taken' : 'refused'),
      make('time', { datetime: reload.at }, moment(at)),
      make('span', { class: 'name' }, node),
      make('code', { title: reload.hash }, brief(reload.hash)),
    ),
    make('p', {}, reload.sentence),
    make('p', { class: 'source' }, reload.source),
  );
}
