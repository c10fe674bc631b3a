/** What a stream is refused with; how it works is tested against the real gateway. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test, vi } from 'vitest';
import { StreamSocket } from '../client/stream.js';
import { eventually } from './gateway/gateway.js';

let asked: Array<{ url: URL; headers: Record<string, string>; body: unknown }>;
let answers: Response[];
let closes: Array<[number, string]>;
let said: Array<Record<string, unknown>>;

beforeEach(() => {
  [asked, answers, closes, said] = [[], [], [], []];
  vi.stubGlobal('fetch', async (url: URL, init: RequestInit) => {
    asked.push({ url, headers: init.headers as Record<string, string>, body: init.body && JSON.parse(String(init.body)) });
    return answers.shift() ?? new Response('', { status: 500 });
  });
});
afterEach(() => vi.unstubAllGlobals());

const problem = (status: number, code: string, headers = {}) =>
  Response.json({ type: 'about:blank', status, code, detail: 'A sentence' }, { status, headers });
const events = (...frames: object[]) => {
  const text = frames.map((frame) => `event: x\ndata: ${JSON.stringify(frame)}\n\n`).join('');
  // Not one piece for one event, as on a network.
  const pieces = text.match(/[^]{1,7}/g)!.map((piece) => new TextEncoder().encode(piece));
  return new Response(new ReadableStream({ start: (stream) => pieces.forEach((piece) => stream.enqueue(piece)) }));
};
const WELCOME = { type: 'welcome', connection: 'c', user: 'anon-1', node: 'n', heartbeat: 25_000, version: '1' };

function open(rooms: string[], { url = 'wss://gateway/app/ws?resume=1', token }: { url?: string; token?: string } = {}) {
  const socket = new StreamSocket(url, token, rooms.map((room) => ({ type: 'join', room })));
  socket.onclose = ({ code, reason }: CloseEvent) => closes.push([code, reason]);
  socket.onmessage = ({ data }: MessageEvent) => {
    const isFirst = said.length === 0;
    said.push(JSON.parse(data));
    if (isFirst) rooms.forEach((room, id) => socket.send(JSON.stringify({ type: 'join', room, id })));
  };
  return socket;
}

const closed = () => eventually(() => closes[0], (it) => it !== undefined);
const type = (wanted: string) => eventually(() => said.find((frame) => frame.type === wanted), (it) => it !== undefined);

test('the stream is beside the WebSocket, and the token in a header', async () => {
  answers = [events(WELCOME, { type: 'joined', room: 'a', epoch: 'e1', offset: 4 })];
  open(['a', 'b c'], { token: 't' });

  assert.deepEqual(await type('joined'), { type: 'joined', room: 'a', epoch: 'e1', offset: 4, id: 0 });
  assert.equal(asked[0]!.url.href, 'https://gateway/app/sse?room=a&room=b+c');
  assert.equal(asked[0]!.headers.Authorization, 'Bearer t');
});

test('a busy gateway is asked again when it says', async () => {
  answers = [problem(503, 'unavailable', { 'Retry-After': '7' })];
  open(['a']);

  assert.deepEqual(await closed(), [1013, 'A sentence, retryAfter=7000']);
});

test('credentials that open nothing are told as such', async () => {
  answers = [problem(401, 'unauthorized'), problem(401, 'unauthorized')];
  open(['a']);
  open(['a'], { token: 't' });

  await eventually(() => closes.length, (count) => count === 2);
  assert.deepEqual(closes, [[1008, 'Token required'], [1008, 'Invalid token']]);
});

test('an answer that is not of the gateway refuses no room', async () => {
  answers = [new Response('<h1>Not found</h1>', { status: 404 })];
  open(['a']);

  assert.deepEqual(await closed(), [1013, 'HTTP 404, retryAfter=0']);
});

test('a room that is refused alone is told to whoever joined it', async () => {
  answers = [problem(403, 'forbidden')];
  open(['a']);

  assert.deepEqual(await type('error'), { type: 'error', id: 0, code: 'forbidden', message: 'A sentence' });
  assert.deepEqual(closes, []);
});

test('of many rooms only the one at fault is refused', async () => {
  answers = [problem(403, 'forbidden'), events(WELCOME), problem(403, 'forbidden'), events(WELCOME, { type: 'joined', room: 'good' })];
  open(['good', 'bad']);

  assert.deepEqual((await type('joined'))?.id, 0);
  assert.deepEqual((await type('error'))?.id, 1);
  assert.deepEqual(asked.map(({ url }) => url.search), ['?room=good&room=bad', '?room=good', '?room=bad', '?room=good']);
});

test('rooms that are too many together lose the last', async () => {
  const large = () => problem(431, 'too-large');
  answers = [large(), events(WELCOME), events(WELCOME), events(WELCOME, { type: 'joined', room: 'a' })];
  open(['a', 'b']);

  assert.deepEqual((await type('error'))?.id, 1);
  assert.deepEqual((await type('joined'))?.id, 0);
});

test('a stream says why it ends, or just ends', async () => {
  answers = [events(WELCOME, { type: 'fanfara-error', code: 4001, message: 'Token expired' })];
  open(['a']);

  assert.deepEqual(await closed(), [4001, 'Token expired']);
});
