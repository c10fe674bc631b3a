import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, test } from 'node:test';
import { WebSocket, WebSocketServer } from 'ws';
import { Connection, type Events, type Socket } from '../client/connection.js';

let server: WebSocketServer;
let connection: Connection;

beforeEach(async () => {
  server = await listen(0);
  connection = new Connection(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/ws`, {
    socket: (url) => new WebSocket(url) as unknown as Socket,
    random: () => 0.1,
  });
});

afterEach(async () => {
  connection.close();
  await stop(server);
});

/** A gateway of a few lines: welcomes, lets join, echoes messages, answers pings. */
async function listen(port: number): Promise<WebSocketServer> {
  const gateway = new WebSocketServer({ port, host: '127.0.0.1' });
  gateway.on('connection', (socket) => {
    const say = (message: object) => socket.send(JSON.stringify(message));
    say({ type: 'welcome', connection: 'c1', user: 'anon-1', node: 'n1', heartbeat: 25_000, version: '1' });
    socket.on('message', (frame) => {
      const command = JSON.parse(frame.toString());
      const { id, room, text } = command;
      if (command.type === 'join') say({ type: 'joined', id, room, members: 1 });
      if (command.type === 'ping') say({ type: 'pong', id, timestamp: new Date().toISOString() });
      if (command.type === 'message') {
        if (command.echo) say({ type: 'message', room, user: 'anon-1', text, timestamp: new Date().toISOString() });
        say({ type: 'ack', id, room });
      }
    });
  });
  await once(gateway, 'listening');
  return gateway;
}

async function stop(gateway: WebSocketServer): Promise<void> {
  for (const client of gateway.clients) client.terminate();
  await new Promise((resolve) => gateway.close(resolve));
}

function next<E extends keyof Events>(event: E, matches: (value: Events[E]) => boolean = () => true) {
  return new Promise<Events[E]>((resolve) => connection.on(event, (value) => matches(value) && resolve(value)));
}

test('joins, hears its own echo, and gets the ack', { timeout: 5_000 }, async () => {
  connection.join('lobby');
  const joined = next('joined');
  connection.open();
  assert.equal((await joined).room, 'lobby');

  const echo = next('message');
  await connection.request({ type: 'message', room: 'lobby', text: 'hello', echo: true });

  assert.equal((await echo).text, 'hello');
});

test('survives a gateway that is killed and started again', { timeout: 10_000 }, async () => {
  const { port } = server.address() as AddressInfo;
  connection.join('demo');
  const joined = next('joined');
  connection.open();
  await joined;

  const lost = next('state', (state) => state.name === 'reconnecting');
  await stop(server);
  assert.equal((await lost).name, 'reconnecting');
  const again = next('joined');
  server = await listen(port);

  assert.equal((await again).room, 'demo');
  assert.equal(connection.state.name, 'live');
});

test('a close code crosses the wire: 4503 stops the connection', { timeout: 5_000 }, async () => {
  const live = next('state', (state) => state.name === 'live');
  connection.open();
  await live;

  const closed = next('state', (state) => state.name === 'closed');
  for (const client of server.clients) client.close(4503, 'Disconnected');

  assert.deepEqual(await closed, { name: 'closed', code: 4503, reason: 'Disconnected' });
});
