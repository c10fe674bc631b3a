// The room broadcast of the Socket.IO documentation: io.to(room).emit. Understands the events "fanfara bench --protocol
// socket.io" sends.
//
//   node --expose-gc peer-socketio.mjs      SIGUSR2 collects garbage and prints the heap that is left
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const { Server } = createRequire(fileURLToPath(new URL("../main/web/package.json", import.meta.url)))("socket.io");

const http = createServer();
const io = new Server(http, { transports: ["websocket"], serveClient: false });
io.on("connection", (socket) => {
  socket.on("join-room", ({ room }, ack) => {
    socket.join(room);
    ack({ room });
  });
  socket.on("message", (message) => io.to(message.room).emit("message", message));
});
http.listen({ port: 0, host: "127.0.0.1", backlog: 4096 }, () => console.log(`ready ${http.address().port}`));

process.on("SIGUSR2", () => {
  globalThis.gc?.();
  console.log(`heap ${process.memoryUsage().heapUsed}`);
});
