/** What the console asks the gateway, with the admin token if one is needed. */

export interface Node {
  node: string;
  version: string;
  address: string;
  uptimeMs: number;
  draining: boolean;
  ready: boolean;
  notReady: string;
  config: string;
  heap: { used: number; max: number };
  connections: Record<string, number>;
  rooms: number;
  members: number;
  received: number;
  sent: number;
  published: number;
  outboundBytes: number;
  latency: number[];
  loopLagMs: number;
}

/** A cluster-wide answer says whether every node gave its part. */
interface Gathered {
  complete: boolean;
  missing: string[];
}

export interface Nodes extends Gathered {
  self: string;
  nodes: Node[];
  latencyBounds: number[];
}

export interface Room {
  room: string;
  mode: 'plain' | 'log' | 'state';
  members: number;
  epoch?: string;
  offset?: number;
  perMinute?: number;
}

export interface Rooms extends Gathered {
  rooms: Room[];
  more: boolean;
  next?: string;
}

export interface Members extends Gathered {
  count: number;
  members?: Array<{ user: string; connections: number }>;
  next?: string;
}

export interface Connection {
  id: string;
  user: string;
  node: string;
  transport: string;
  rooms: string[];
  since: string;
}

export interface Connections extends Gathered {
  connections: Connection[];
  next?: string;
}

export interface Version {
  version: number;
  time: string;
  note: string;
  source: 'applied' | 'files';
}

/** The configurations in force; a node whose version is 0 goes by its own file. */
export interface Configuration extends Gathered {
  version: number;
  nodes: Array<{ node: string; version: number; hash: string }>;
  versions: Version[];
  effective: Record<string, unknown>;
}

export interface Plan extends Gathered {
  valid: boolean;
  version: number;
  changes: Array<{ key: string; before?: unknown; after?: unknown; takesEffect: string; nodes?: string[] }>;
  nodes: Array<{ node: string; valid: boolean; errors: Array<{ pointer: string; got: string; expected: string; didYouMean?: string }>; warnings: string[] }>;
}

export interface Reload {
  at: string;
  source: string;
  taken: boolean;
  hash: string;
  sentence: string;
}

export interface Reloads extends Gathered {
  nodes: Array<{ node: string; address: string; config: string; reloads: Reload[] }>;
}

/** The gateway said no, in a sentence for people. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    sentence: string,
    readonly retryAfter: number | null = null,
  ) {
    super(sentence);
  }
}

const TOKEN = 'fanfara-admin-token';
const PATIENCE_MS = 10_000;

export class Api {
  private token = sessionStorage.getItem(TOKEN);

  get hasToken(): boolean {
    return this.token !== null;
  }

  /** Kept as long as the tab is open; null forgets it. */
  use(token: string | null): void {
    this.token = token;
    if (token === null) sessionStorage.removeItem(TOKEN);
    else sessionStorage.setItem(TOKEN, token);
  }

  async get<T>(path: string, query: Record<string, string | number | undefined> = {}): Promise<T> {
    return (await this.ask('GET', path + search(query))).json() as Promise<T>;
  }

  async send(method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<unknown> {
    const answer = await this.ask(method, path, body);
    return answer.status === 204 ? null : answer.json();
  }

  /** A stream of Server-Sent Events, until the signal or the gateway ends it. */
  async stream(path: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    const answer = await this.fetch('GET', path, undefined, signal);
    if (!answer.body) throw new Refused(answer.status, 'The answer has no body');
    return answer.body;
  }

  private ask(method: string, path: string, body?: unknown): Promise<Response> {
    return this.fetch(method, path, body, AbortSignal.timeout(PATIENCE_MS));
  }

  private async fetch(method: string, path: string, body: unknown, signal: AbortSignal): Promise<Response> {
    const headers: Record<string, string> = {};
    if (this.token !== null) headers['Authorization'] = `Bearer ${this.token}`;
    if (body !== undefined) headers['Content-Type'] = 'application/json';
    const answer = await fetch(`api${path}`, {
      method,
      headers,
      signal,
      cache: 'no-store',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw await refusal(answer);
    return answer;
  }
}

async function refusal(answer: Response): Promise<Refused> {
  const problem = (await answer.json().catch(() => ({}))) as { detail?: string };
  const wait = Number(answer.headers.get('Retry-After')) || null;
  return new Refused(answer.status, problem.detail ?? `The gateway answered ${answer.status}`, wait);
}

function search(query: Record<string, string | number | undefined>): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  return given.length === 0 ? '' : `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`;
}

/** A failure in a sentence for people. */
export function sentence(failure: unknown): string {
  if (failure instanceof Refused) {
    return failure.retryAfter ? `${failure.message}; try again in ${failure.retryAfter} s` : failure.message;
  }
  return 'This node does not answer';
}
