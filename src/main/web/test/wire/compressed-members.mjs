// Members of one room with every kind of permessage-deflate, and one that publishes to them: node
// compressed-members.mjs <websocket-url> <room> <publications>. Prints one line of JSON: what each client agreed on, how
// many publications it heard as they were said, and how many bytes came to it; exits 0 if all heard all.
import { once } from 'node:events';
import { isDeepStrictEqual } from 'node:util';
import { randomBytes } from 'node:crypto';
import WebSocket from 'ws';

const [url, room, count = '200'] = process.argv.slice(2);
const COUNT = Number(count);
const DEADLINE_MS = 30_000;

// The first two are what browsers offer: permessage-deflate; client_max_window_bits.
const OFFERS = {
  browser: true,
  takeover: true,
  noTakeover: { serverNoContextTakeover: true, clientNoContextTakeover: true },
  smallClientWindow: { clientMaxWindowBits: 9 },
  smallServerWindow: { serverMaxWindowBits: 10 },
  none: false,
};

const said = Array.from({ length: COUNT }, (_, n) => ({ n, ...content(n) }));

/** Up to 10 KB that deflate well; every seventh does not. */
function content(n) {
  const length = (n * 379) % 10_000;
  return n % 7 === 0
    ? { noise: randomBytes(length / 2).toString('base64') }
    : { text: 'température 21.5 °C; '.repeat(length / 20) };
}

async function join(perMessageDeflate, origin) {
  const socket = new WebSocket(url, { perMessageDeflate, origin });
  const client = { socket, heard: [], joined: undefined, agreed: undefined };
  const joined = new Promise((resolve) => (client.joined = resolve));
  socket.on('message', (json) => {
    const message = JSON.parse(json);
    if (message.type === 'joined') {
      client.joined();
    } else if (message.type === 'message') {
      client.heard.push(message.data);
    } else if (message.type === 'error') {
      console.error(message);
    }
  });
  socket.on('upgrade', ({ headers }) => (client.agreed = headers['sec-websocket-extensions'] ?? ''));
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'join', room }));
  await joined;
  return client;
}

const members = {};
for (const [name, offer] of Object.entries(OFFERS)) {
  members[name] = await join(offer, name === 'browser' ? url.replace(/^ws(.*)\/ws$/, 'http$1') : undefined);
}
// Deflates all it says, each message with what it said before.
const publisher = await join({ threshold: 0 });
for (const data of said) {
  publisher.socket.send(JSON.stringify({ type: 'message', room, data }));
}

const end = Date.now() + DEADLINE_MS;
const all = Object.values(members);
while (all.some((member) => member.heard.length < COUNT) && Date.now() < end) {
  await new Promise((resolve) => setTimeout(resolve, 20));
}

const report = {};
for (const [name, { socket, heard, agreed }] of Object.entries(members)) {
  const right = heard.filter((data, n) => isDeepStrictEqual(data, said[n])).length;
  report[name] = { agreed, right, bytes: socket._socket.bytesRead };
}
console.log(JSON.stringify(report));
all.forEach(({ socket }) => socket.terminate());
publisher.socket.terminate();
process.exitCode = Object.values(report).every(({ right }) => right === COUNT) ? 0 : 1;
