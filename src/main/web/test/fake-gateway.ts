/** Gateways of a few lines over real sockets, as many nodes as wanted: one plain room, one state room, one history. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import type { Position } from '../client/index.js';
import { merge, type JsonObject } from '../client/merge.js';

/** What the nodes of one cluster share: one state room and every patch that led to its state. */
export class Cluster {
  readonly room: string;
  readonly nodes = new Set<Node>();
  readonly keys = new Map<string, number>();
  epoch = 'e1';
  offset = 0;
  state: JsonObject = {};
  patches: object[] = [];

  constructor(room = 'dash') {
    this.room = room;
  }

  publish(data: JsonObject): number {
    this.state = merge(this.state, data);
    const timestamp = new Date().toISOString();
    const patch = { type: 'patch', room: this.room, data, previous: this.offset, offset: ++this.offset, timestamp };
    this.patches.push(patch);
    for (const node of this.nodes) node.say(patch);
    return this.offset;
  }

  joined(since: Position | undefined): object {
    const at = { type: 'joined', room: this.room, epoch: this.epoch, offset: this.offset };
    if (!since) return { ...at, state: this.state };
    const recovered = since.epoch === this.epoch;
    return { ...at, recovered, ...(recovered ? { messages: this.patches.slice(since.offset) } : { state: this.state }) };
  }
}

export class Node {
  readonly #cluster: Cluster;
  readonly #name: string;
  readonly #members = new Set<WebSocket>();
  readonly #server: WebSocketServer;
  /** What is done with a publish instead of answering it. */
  swallow: ((socket: WebSocket) => void) | undefined;

  private constructor(cluster: Cluster, name: string, server: WebSocketServer) {
    this.#cluster = cluster;
    this.#name = name;
    this.#server = server;
    server.on('connection', (socket) => this.#serve(socket));
    cluster.nodes.add(this);
  }

  static async start(cluster: Cluster, name: string, port = 0): Promise<Node> {
    const server = new WebSocketServer({ port, host: '127.0.0.1' });
    await once(server, 'listening');
    return new Node(cluster, name, server);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}/ws`;
  }

  get clients(): Set<WebSocket> {
    return this.#server.clients;
  }

  say(message: object): void {
    for (const socket of this.#members) socket.send(JSON.stringify(message));
  }

  async kill(): Promise<void> {
    this.#cluster.nodes.delete(this);
    for (const client of this.clients) client.terminate();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(socket: WebSocket): void {
    const say = (message: object) => socket.send(JSON.stringify(message));
    socket.on('close', () => this.#members.delete(socket));
    socket.on('message', (frame) => {
      const { id, type, room, since, text, data, key, echo } = JSON.parse(String(frame));
      const timestamp = new Date().toISOString();
      if (type === 'ping') say({ type: 'pong', id, timestamp });
      if (type === 'leave') say({ type: 'left', id, room });
      const isState = room === this.#cluster.room;
      if (type === 'leave' && isState) this.#members.delete(socket);
      if (type === 'join') say({ ...(isState ? this.#cluster.joined(since) : { type: 'joined', room, members: 1 }), id });
      if (type === 'join' && isState) this.#members.add(socket);
      if (type !== 'message') return;
      if (!isState) {
        if (echo) say({ type: 'message', room, user: 'anon-1', text, timestamp });
        return say({ type: 'ack', id, room });
      }
      const duplicate = this.#cluster.keys.has(key);
      this.#members.delete(socket); // a publisher does not hear itself
      const offset = this.#cluster.keys.get(key) ?? this.#cluster.publish(data);
      this.#members.add(socket);
      if (key) this.#cluster.keys.set(key, offset);
      if (this.swallow) return this.swallow(socket);
      say({ type: 'ack', id, room, epoch: this.#cluster.epoch, offset, ...(duplicate && { duplicate }) });
    });
    say({ type: 'welcome', connection: 'c1', user: 'anon-1', node: this.#name, heartbeat: 25_000, version: '1' });
  }
}
