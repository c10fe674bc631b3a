// The broadcast server of the ws documentation: what one client says goes to all others.
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const { WebSocketServer, WebSocket } = createRequire(fileURLToPath(new URL("../main/web/package.json", import.meta.url)))("ws");

const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false }, () =>
  console.log(`ready ${server.address().port}`),
);
server.on("connection", (socket) => {
  socket.on("message", (data, isBinary) => {
    if (data.length === 4) {
      socket.send("joined");
      return;
    }
    for (const client of server.clients) {
      if (client !== socket && client.readyState === WebSocket.OPEN) client.send(data, { binary: isBinary });
    }
  });
});
