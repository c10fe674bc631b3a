// The broadcast loop of the ws documentation, with rooms: what one member says goes to all others as the bytes it came
// in. It speaks as much of Fanfara's protocol as "fanfara bench" needs: join, and anything else is relayed.
//
//   node --expose-gc peer-ws.mjs [--deflate]      SIGUSR2 collects garbage and prints the heap that is left
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const { WebSocketServer, WebSocket } = createRequire(fileURLToPath(new URL("../main/web/package.json", import.meta.url)))("ws");

// As the ws documentation advises against the cost of a compressor for each connection.
const advised = {
  zlibDeflateOptions: { chunkSize: 1024, memLevel: 7, level: 3 },
  zlibInflateOptions: { chunkSize: 10 * 1024 },
  clientNoContextTakeover: true,
  serverNoContextTakeover: true,
  serverMaxWindowBits: 10,
  concurrencyLimit: 10,
  threshold: 1024,
};

const ROOM_AT = '{"type":"message","room":"'.length;
const QUOTE = '"'.charCodeAt(0);
const isJoin = (data) => data[9] === "j".charCodeAt(0); // {"type":"join"

const rooms = new Map();
const server = new WebSocketServer(
  { port: 0, host: "127.0.0.1", backlog: 4096, perMessageDeflate: process.argv.includes("--deflate") ? advised : false },
  () => console.log(`ready ${server.address().port}`),
);

server.on("connection", (socket) => {
  socket.on("error", () => socket.terminate());
  socket.on("close", () => socket.rooms?.forEach((members) => members.delete(socket)));
  socket.on("message", (data, isBinary) => {
    if (isJoin(data)) {
      const { room } = JSON.parse(data);
      if (!rooms.has(room)) rooms.set(room, new Set());
      rooms.get(room).add(socket);
      (socket.rooms ??= []).push(rooms.get(room));
      socket.send(JSON.stringify({ type: "joined", room }));
      return;
    }
    const members =
      socket.rooms.length === 1 ? socket.rooms[0] : rooms.get(data.latin1Slice(ROOM_AT, data.indexOf(QUOTE, ROOM_AT)));
    for (const client of members) {
      if (client !== socket && client.readyState === WebSocket.OPEN) client.send(data, { binary: isBinary });
    }
  });
});

process.on("SIGUSR2", () => {
  globalThis.gc?.();
  console.log(`heap ${process.memoryUsage().heapUsed}`);
});
