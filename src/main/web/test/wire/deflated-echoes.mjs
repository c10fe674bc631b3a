// An echo server's permessage-deflate with every parameter: node deflated-echoes.mjs <websocket-url>. Prints what is not
// as it was agreed, or "all as agreed". A window is kept if an inflater that has no larger one understands: it is given
// room for few bytes at a time, since zlib finds what is still in the room even if it is out of the window.
import { once } from 'node:events';
import WebSocket from 'ws';

const [url] = process.argv.slice(2);
const SMALLEST_ROOM = 64;
const wrong = [];

/** Texts that a deflater would like to refer back in, further than the smallest window, within one and to the one before. */
function* messages() {
  for (const size of [0, 5, 300, 300, 2_000, 2_000, 70_000, 0, 70_000, 131_072]) {
    const words = Array.from({ length: 100 }, (_, n) => `word${(n * 7919) % 1000}`).join(' ');
    yield words.repeat(size / words.length + 1).slice(0, size);
  }
}

async function echoes(offer, agreed) {
  const socket = new WebSocket(url, {
    perMessageDeflate: { threshold: 0, zlibInflateOptions: { chunkSize: SMALLEST_ROOM }, ...offer },
  });
  let answer;
  socket.on('upgrade', ({ headers }) => (answer = headers['sec-websocket-extensions'] ?? 'none'));
  await once(socket, 'open');
  if (answer !== agreed) {
    wrong.push(`${JSON.stringify(offer)}: got ${answer}`);
  }
  let read = 0;
  for (const text of messages()) {
    socket.send(text);
    const [echo] = await once(socket, 'message');
    if (echo.toString() !== text) {
      wrong.push(`${agreed}: ${text.length} came back as ${echo.length}`);
    }
    read = socket._socket.bytesRead;
  }
  socket.terminate();
  return read;
}

const bytes = {};
for (const serverNoContextTakeover of [false, true]) {
  for (const clientNoContextTakeover of [false, true]) {
    const contexts =
      (serverNoContextTakeover ? '; server_no_context_takeover' : '') +
      (clientNoContextTakeover ? '; client_no_context_takeover' : '');
    for (let bits = 9; bits <= 15; bits++) {
      const offer = { serverNoContextTakeover, clientNoContextTakeover };
      bytes[contexts + bits] = await echoes(
        { ...offer, serverMaxWindowBits: bits, clientMaxWindowBits: bits },
        `permessage-deflate${contexts}; server_max_window_bits=${bits}; client_max_window_bits=${bits}`,
      );
    }
  }
}
if (bytes['15'] >= bytes['; server_no_context_takeover15'] || bytes['15'] >= bytes['9']) {
  wrong.push(`context and window are of no use: ${JSON.stringify(bytes)}`);
}
console.log(wrong.length === 0 ? 'all as agreed' : wrong.join('\n'));
