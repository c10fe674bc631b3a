/** The cluster's figures, polled from the HTTP API. They come from whichever node the request reaches. */
import { byId, write } from './dom.js';
import { compact, duration, integer } from './format.js';

const POLL_MS = 2_000;

interface Stats {
  connections: number;
  rooms: number;
  nodes: number;
  messagesReceived: number;
  messagesSent: number;
  /** Seconds. */
  uptime: number;
  /** False when some node did not answer and its share is missing. */
  complete: boolean;
}

export async function pollCluster(): Promise<void> {
  if (!document.hidden) await poll();
  setTimeout(() => void pollCluster(), POLL_MS);
}

async function poll(): Promise<void> {
  try {
    const response = await fetch('/api/stats', { signal: AbortSignal.timeout(POLL_MS * 2), cache: 'no-store' });
    if (!response.ok) throw new Error(`${response.status}`);
    show((await response.json()) as Stats);
  } catch {
    note('Figures are old: the API does not answer', true);
  }
}

function show(stats: Stats): void {
  write(byId('nodes'), integer(stats.nodes));
  write(byId('connections'), integer(stats.connections));
  write(byId('rooms'), integer(stats.rooms));
  write(byId('messages-in'), compact(stats.messagesReceived));
  write(byId('messages-out'), compact(stats.messagesSent));
  write(byId('uptime'), duration(stats.uptime));
  note(stats.complete ? '' : 'Partial: not every node has answered', false);
}

function note(text: string, old: boolean): void {
  write(byId('cluster-note'), text);
  byId('cluster-note').hidden = !text;
  byId('cluster').classList.toggle('old', old);
}
