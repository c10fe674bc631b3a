import assert from 'node:assert/strict';
import { afterEach, beforeEach, test, vi } from 'vitest';
import { Rig } from './rig.js';

/** A browser's window, as far as it knows of the network. */
let browser: EventTarget;
let states: string[];
let rig: Rig;

function network(onLine: boolean): void {
  vi.stubGlobal('navigator', { onLine });
  browser.dispatchEvent(new Event(onLine ? 'online' : 'offline'));
}

beforeEach(() => {
  browser = new EventTarget();
  vi.stubGlobal('addEventListener', browser.addEventListener.bind(browser));
  vi.stubGlobal('removeEventListener', browser.removeEventListener.bind(browser));
  network(true);
  rig = new Rig();
  states = [];
  rig.connection.on('state', ({ name }) => states.push(name));
});

afterEach(() => vi.unstubAllGlobals());

test('without a network nothing is tried, and with it at once', () => {
  network(false);
  rig.connection.open();
  vi.advanceTimersByTime(60_000);
  assert.deepEqual([rig.sockets.length, states], [0, ['offline']]);

  network(true);
  rig.wire.welcomes();

  assert.deepEqual(states, ['offline', 'connecting', 'live']);
});

test('a wait ends when the network goes, and when it comes back', () => {
  rig.live();
  network(false);
  assert.equal(rig.connection.state.name, 'live');
  rig.wire.closes(1006);
  vi.advanceTimersByTime(60_000);
  assert.equal(rig.sockets.length, 1);

  network(true);

  assert.equal(rig.sockets.length, 2);
});

test('while waiting, the end of the network ends the wait', () => {
  rig.live();
  rig.wire.closes(1006);
  network(false);
  vi.advanceTimersByTime(60_000);

  assert.deepEqual([rig.sockets.length, rig.connection.state.name], [1, 'offline']);
});

test('a connection that may have survived another network is asked', () => {
  rig.live();
  vi.advanceTimersByTime(1);
  network(true);
  assert.deepEqual(rig.wire.hears(), [{ type: 'ping' }]);

  vi.advanceTimersByTime(1_000);

  assert.equal(rig.wire.closedWith, 4000);
});

test('a closed connection does not care', () => {
  rig.live();
  rig.connection.close();
  network(false);
  network(true);

  assert.deepEqual([rig.sockets.length, rig.connection.state.name], [1, 'closed']);
});

test('a gateway on this machine needs no network', () => {
  network(false);
  for (const endpoint of ['http://localhost:8080', 'ws://127.0.0.1/ws', 'http://[::1]:8080']) {
    const local = new Rig(endpoint);
    local.live();
    assert.equal(local.connection.state.name, 'live');
    local.connection.close();
  }
});

test('without a network a message that could come twice is not kept', async () => {
  rig.live();
  const room = rig.connection.join('log');
  rig.wire.admits('log');
  network(false);
  rig.wire.closes(1006);

  await assert.rejects(room.publish('x'), /Not connected/);
});
