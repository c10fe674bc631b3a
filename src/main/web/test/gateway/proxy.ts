/** A proxy as some companies have them: HTTP gets through, WebSockets do not, in one way or another. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

/** What becomes of a WebSocket: it is refused, or cut right after the upgrade, or nothing at all happens to it. */
export type Treatment = 'refuse' | 'cut' | 'pass';

export class Proxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  treatment: Treatment = 'refuse';
  upgrades = 0;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(port: number): Promise<Proxy> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const proxy = new Proxy(server);
    server.on('connection', (client) => proxy.#serve(client, port));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Cuts all that is open. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #serve(client: Socket, port: number): void {
    const gateway = connect(port, '127.0.0.1');
    for (const socket of [client, gateway]) {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        this.#sockets.delete(socket);
        client.destroy();
        gateway.destroy();
      });
    }
    client.on('data', (bytes) => {
      const isUpgrade = /^GET \/ws\b.*upgrade: websocket/is.test(bytes.toString('latin1'));
      if (isUpgrade) this.upgrades++;
      if (isUpgrade && this.treatment === 'refuse') client.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
      else gateway.write(bytes);
      if (isUpgrade && this.treatment === 'cut') {
        // It was open, and was welcome.
        gateway.on('data', (frames) => frames.includes('"welcome"') && client.end());
      }
    });
    gateway.on('data', (bytes) => client.write(bytes));
  }
}
