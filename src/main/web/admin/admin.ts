/** The console: which view is open is in the address, so that a reload keeps it. */
import { Api, sentence } from './api.js';
import { configuration } from './configuration.js';
import { connections } from './connections.js';
import { byId, make, note, write } from './dom.js';
import { Fleet } from './fleet.js';
import { overview } from './overview.js';
import { room } from './room.js';
import { rooms } from './rooms.js';
import { type Context, type View, main } from './view.js';

const api = new Api();
const fleet = new Fleet(api);
const context: Context = { api, fleet };

const VIEWS: Array<{ path: string; label: string; open(): View }> = [
  { path: '', label: 'Overview', open: () => overview(context) },
  { path: 'rooms', label: 'Rooms', open: () => rooms(context) },
  { path: 'connections', label: 'Connections', open: () => connections(context) },
  { path: 'configuration', label: 'Configuration', open: () => configuration(context) },
];

let view: View | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;

const links = VIEWS.map(({ path, label }) => make('a', { href: `#/${path}` }, label));
byId('nav').append(...links);

/** The parts of the address behind the `#`. */
function route(): string[] {
  return location.hash.replace(/^#\/?/, '').split('/').filter(Boolean).map(decoded);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function open(): void {
  close();
  const [path = '', name] = route();
  const known = VIEWS.find((each) => each.path === path) ?? VIEWS[0]!;
  const opened = path === 'rooms' && name !== undefined ? room(context, name) : known.open();
  view = opened;
  links.forEach((link, i) => {
    if (VIEWS[i] === known) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  });
  document.title = `${opened.title} · Fanfara`;
  main().replaceChildren(opened.element);
  window.scrollTo(0, 0);
  void refresh(opened);
}

function close(): void {
  clearTimeout(timer);
  view?.leave?.();
  view = null;
}

/** What cannot be loaded is said above what was loaded before, and tried again. */
async function refresh(opened: View): Promise<void> {
  if (!opened.refresh) return;
  try {
    await opened.refresh();
    opened.element.querySelector(':scope > .trouble')?.remove();
  } catch (failure) {
    if (view === opened && fleet.state === 'live') {
      opened.element.querySelector(':scope > .trouble')?.remove();
      const trouble = note(sentence(failure), 'error');
      trouble.classList.add('trouble');
      opened.element.prepend(trouble);
    }
  }
  if (view === opened) timer = setTimeout(() => void refresh(opened), opened.everyMs ?? 5_000);
}

function login(problem: string): void {
  close();
  byId('top').hidden = true;
  document.title = 'Fanfara · console';
  const token = make('input', { id: 'token', type: 'password', required: true, autocomplete: 'current-password', spellcheck: 'false' });
  const form = make(
    'form',
    { class: 'card login' },
    make('h1', {}, make('img', { src: 'favicon.svg', alt: '', width: 28, height: 28 }), 'Fanfara console'),
    make('label', { for: 'token' }, 'Admin token'),
    token,
    make('p', { class: 'hint' }, 'It is management.adminToken in the gateway’s configuration, and is kept until this tab is closed.'),
    problem ? note(problem, 'error') : null,
    make('button', { type: 'submit' }, 'Log in'),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    api.use(token.value.trim());
    enter();
  });
  main().replaceChildren(form);
  token.focus();
}

function enter(): void {
  main().replaceChildren(note('Asking the gateway…'));
  fleet.start();
}

function onFleet(): void {
  const status = byId('status');
  const banner = byId('banner');
  if (fleet.state === 'locked') {
    banner.hidden = true;
    const { trouble } = fleet;
    api.use(null);
    login(trouble);
    return;
  }
  const inside = fleet.latest !== null;
  byId('top').hidden = !inside;
  byId('logout').hidden = !api.hasToken;
  status.dataset['state'] = fleet.state === 'live' ? 'good' : 'busy';
  write(status, { live: 'live', lost: 'reconnecting', connecting: 'connecting', locked: '' }[fleet.state]);
  const missing = fleet.latest?.missing.length ?? 0;
  const trouble =
    fleet.state !== 'live' && fleet.trouble
      ? `${fleet.trouble}. Trying again; what is shown is from before.`
      : missing > 0
        ? `${missing === 1 ? 'One node does' : `${missing} nodes do`} not answer; the numbers are without ${missing === 1 ? 'it' : 'them'}.`
        : '';
  banner.hidden = trouble === '';
  write(banner, trouble);
  document.body.classList.toggle('stale', fleet.state === 'lost');
  if (inside && !view) open();
}

fleet.onChange(onFleet);
byId('logout').addEventListener('click', () => {
  api.use(null);
  fleet.latest = null;
  fleet.trouble = '';
  fleet.stop('locked');
});
window.addEventListener('hashchange', () => {
  if (fleet.latest) open();
});
enter();
