/** A document for all nodes: first what it would change, then, if every node can live with it, the change. */
import { type Api, type Plan, sentence } from './api.js';
import { button, make, note } from './dom.js';
import { brief } from './format.js';
import { attempt, confirmed } from './view.js';

export function planner(api: Api, applied: () => Promise<void>): HTMLElement {
  const text = make('textarea', { id: 'document', rows: 6, spellcheck: 'false', placeholder: 'All of it: a key that is left out has its default again.' });
  const outcome = make('div', { role: 'status' });
  let planned: { text: string; version: number; changes: number } | null = null;

  const plan = async (): Promise<void> => {
    planned = null;
    apply.disabled = true;
    let document: unknown;
    try {
      document = JSON.parse(text.value);
    } catch {
      outcome.replaceChildren(note('This is not valid JSON.', 'error'));
      return;
    }
    try {
      const answer = (await api.send('POST', '/config/plan', document)) as Plan;
      outcome.replaceChildren(...told(answer));
      const worthIt = answer.valid && answer.complete && answer.changes.length > 0;
      planned = worthIt ? { text: text.value, version: answer.version, changes: answer.changes.length } : null;
      apply.disabled = !worthIt;
    } catch (failure) {
      outcome.replaceChildren(note(sentence(failure), 'error'));
    }
  };
  const put = async (): Promise<void> => {
    const ready = planned;
    if (!ready || !(await confirmed(`Put this configuration in force on all nodes? It changes ${ready.changes} of their settings.`, 'Apply'))) return;
    const document: unknown = JSON.parse(ready.text);
    const query = new URLSearchParams({ version: String(ready.version), note: 'by the console' });
    if (await attempt(() => api.send('POST', `/config/apply?${query}`, document), 'In force on all nodes')) {
      text.value = '';
      outcome.replaceChildren();
      apply.disabled = true;
    }
    await applied();
  };
  const apply = button('Apply', () => void put());
  apply.disabled = true;
  text.addEventListener('input', () => {
    planned = null;
    apply.disabled = true;
  });
  return make(
    'section',
    { class: 'card publish' },
    make(
      'div',
      { class: 'head' },
      make('label', { for: 'document' }, 'One for all nodes, written like the whole file'),
      button('Plan', () => void plan(), 'quiet'),
      apply,
    ),
    text,
    outcome,
  );
}

function told(plan: Plan): HTMLElement[] {
  const mistakes = plan.nodes.flatMap((node) => [
    ...node.errors.map((error) => `${error.pointer || 'document'}: expected ${error.expected}, got ${error.got}`),
    ...node.warnings,
  ]);
  const lines = [...new Set(mistakes)].map((each) => note(each, plan.valid ? 'empty' : 'error'));
  if (!plan.complete) lines.push(note(`No answer from ${plan.missing.map(brief).join(', ')}.`, 'error'));
  if (plan.valid && plan.changes.length === 0) lines.push(note('Nothing would change.'));
  if (plan.changes.length > 0) lines.push(note(`It would change ${plan.changes.length} of the settings in force:`));
  const show = (value: unknown): string => (value === undefined || value === null ? 'nothing' : JSON.stringify(value));
  const changes = plan.changes.map((change) =>
    make(
      'li',
      {},
      make('div', { class: 'head' },
        make('code', {}, change.key),
        make('span', { class: 'tag' }, change.takesEffect === 'restart' ? 'after a restart' : 'live'),
        change.nodes ? make('span', { class: 'note' }, `on ${change.nodes.map(brief).join(', ')}`) : null,
      ),
      make('p', {}, `${show(change.before)} → ${show(change.after)}`),
    ),
  );
  return changes.length === 0 ? lines : [...lines, make('ol', { class: 'reloads' }, ...changes)];
}
