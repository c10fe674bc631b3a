/** What is in force, what became of the last reloads, whether the nodes agree; and one configuration for all of them. */
import type { Configuration, Reload, Reloads, Version } from './api.js';
import { button, make, note } from './dom.js';
import { brief, moment } from './format.js';
import { planner } from './plan.js';
import { tree } from './tree.js';
import { type Context, type View, attempt, completeness, confirmed } from './view.js';

export function configuration({ api }: Context): View {
  const agreement = make('div');
  const reloads = make('div');
  const versions = make('div');
  const effective = make('div', { class: 'tree' });
  let shown = '';

  const refresh = async (): Promise<void> => {
    const [told, now] = await Promise.all([api.get<Reloads>('/config/reloads'), api.get<Configuration>('/config')]);
    agreement.replaceChildren(...agreementOf(told, now));
    const latest = told.nodes
      .flatMap((node) => node.reloads.map((reload) => ({ node: node.address, reload })))
      .sort((a, b) => b.reload.at.localeCompare(a.reload.at));
    reloads.replaceChildren(make('ol', { class: 'reloads' }, ...latest.map(({ node, reload }) => line(node, reload))));
    versions.replaceChildren(
      now.versions.length === 0
        ? note('None: every node goes by its own file.')
        : make('ol', { class: 'reloads' }, ...now.versions.map((each) => versionLine(each, each.version === now.version))),
    );
    const text = JSON.stringify(now.effective);
    if (text !== shown) {
      shown = text;
      effective.replaceChildren(tree(now.effective));
    }
  };

  const rollback = async (version: number, question: string): Promise<void> => {
    if (await confirmed(question, 'Roll back')) {
      await attempt(() => api.send('POST', `/config/rollback?version=${version}`), 'Rolled back on all nodes');
      await refresh();
    }
  };
  const versionLine = (each: Version, latest: boolean): HTMLElement =>
    make(
      'li',
      {},
      make(
        'div',
        { class: 'head' },
        make('span', { class: 'tag' }, `version ${each.version}`),
        make('time', { datetime: each.time }, moment(new Date(each.time))),
        latest
          ? each.source === 'applied'
            ? button('Back to the files', () => void rollback(0, 'Send all nodes back to their own files?'), 'danger small')
            : null
          : each.source === 'applied'
            ? button('Roll back', () => void rollback(each.version, `Apply version ${each.version} again, on all nodes?`), 'danger small')
            : null,
      ),
      make('p', {}, each.source === 'files' ? 'every node by its own file' : each.note || 'applied'),
    );

  const section = (id: string, title: string, ...children: Node[]): HTMLElement =>
    make('section', { class: 'card', 'aria-labelledby': id }, make('h2', { id }, title), ...children);
  const element = make(
    'div',
    { class: 'configuration' },
    make('h1', { class: 'hidden' }, 'Configuration'),
    make(
      'div',
      { class: 'column' },
      section('agree-title', 'Nodes', agreement),
      section('reloads-title', 'Last reloads', reloads),
      section('versions-title', 'Applied to all nodes', versions),
    ),
    make(
      'div',
      { class: 'column' },
      planner(api, refresh),
      section(
        'effective-title',
        'In force on this node',
        make('p', { class: 'note' }, 'With all defaults and without secrets.'),
        effective,
      ),
    ),
  );
  return { title: 'Configuration', element, refresh, everyMs: 5_000 };
}

function agreementOf(told: Reloads, now: Configuration): HTMLElement[] {
  const drift = new Set(told.nodes.map((node) => node.config)).size > 1;
  const verdict = drift
    ? note('The nodes run different configurations.', 'error')
    : note(told.nodes.length === 1 ? 'One node.' : 'All nodes run the same, but for where they listen.');
  const by = (node: string): string => {
    const version = now.nodes.find((each) => each.node === node)?.version ?? 0;
    return version === 0 ? 'by its file' : `version ${version}`;
  };
  const list = make(
    'ul',
    { class: 'versions' },
    ...told.nodes.map((node) =>
      make(
        'li',
        {},
        make('span', { class: 'name' }, node.address),
        make('span', { class: 'note' }, by(node.node)),
        make('code', { class: drift ? 'drift' : undefined }, node.config),
      ),
    ),
  );
  const missing = completeness(told);
  return missing ? [verdict, list, missing] : [verdict, list];
}

function line(node: string, reload: Reload): HTMLElement {
  return make(
    'li',
    { class: reload.taken ? undefined : 'refused' },
    make(
      'div',
      { class: 'head' },
      make('span', { class: 'pill', 'data-state': reload.taken ? 'good' : 'bad' }, reload.taken ? 'taken' : 'refused'),
      make('time', { datetime: reload.at }, moment(new Date(reload.at))),
      make('span', { class: 'name' }, node),
      make('code', { title: reload.hash }, brief(reload.hash)),
    ),
    make('p', {}, reload.sentence),
    make('p', { class: 'source' }, reload.source),
  );
}
