/**
 * Thousands of clients that come back at once, and what that costs: `node src/bench/storm.mjs WORK [--jar FILE] [--clients N]
 * [--size BYTES] [--missed N] [--set a.b=value]…`
 *
 * return-state, return-log   one node, no limit: all sockets are cut, all come back in one go, to a state or to what they missed
 * kill                       three nodes, default limit: the one that has all clients is killed; they go to the other two
 * refuse                     one node that takes one connection a second: what a refusal costs
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    jar: { type: 'string', default: 'target/fanfara.jar' },
    clients: { type: 'string', default: '3000' },
    size: { type: 'string', default: '100000' },
    missed: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '8' },
    set: { type: 'string', multiple: true, default: [] },
  },
});
const CLIENTS = Number(options.clients);
const RULES = [
  { match: 'log:*', mode: 'log', presence: 'none', history: { size: 1000, bytes: '1MiB' } },
  { match: 'state:*', mode: 'state', presence: 'none', state: { bytes: '512KiB' } },
  { match: 'residents', mode: 'plain', presence: 'none' },
];
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const since = (start) => Math.round(performance.now() - start);

const nodes = [];
process.on('exit', () => nodes.forEach((node) => node.process.kill('SIGKILL')));

async function start(...settings) {
  const set = [
    'server.port=0', 'management.port=0', `rooms=${JSON.stringify(RULES)}`, 'limits.connectionsPerIp=100000',
    'limits.requestsPerIp=1000000/1s', 'limits.messages=100000/1s', ...settings, ...options.set,
  ];
  const child = spawn('java', ['-Xmx512m', '-jar', options.jar, 'serve', '--no-demo', ...set.flatMap((each) => ['--set', each])]);
  const node = { process: child, port: 0 };
  nodes.push(node);
  child.stderr.pipe(process.stderr);
  for await (const line of createInterface(child.stdout)) {
    const ready = /ready client=\S+:(\d+) /.exec(line);
    if (ready) {
      node.port = Number(ready[1]);
      break;
    }
  }
  child.stdout.resume();
  if (!node.port) throw new Error('a node did not start');
  return node;
}

/** User and system time so far, in seconds. */
function cpu(node) {
  const stat = readFileSync(`/proc/${node.process.pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(stat[11]) + Number(stat[12])) / 100;
}

function rss(node) {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${node.process.pid}/status`, 'utf8'))[1]) >> 10;
}

function text(message) {
  const payload = Buffer.from(JSON.stringify(message));
  // A mask of zeros: masked, as a client's frames must be, and free of charge.
  const header = payload.length < 126 ? Buffer.from([0x81, 0x80 | payload.length, 0, 0, 0, 0])
    : Buffer.from([0x81, 0xfe, payload.length >> 8, payload.length & 255, 0, 0, 0, 0]);
  return Buffer.concat([header, payload]);
}

const EMPTY = Buffer.alloc(0);
const BEGINNING = 250;
const PING = 0x89;
const PONG = Buffer.from([0x8a, 0x80, 0, 0, 0, 0]);

/** As little of a WebSocket client as will do: `heard` gets the first bytes of every text. */
class Client {
  constructor(heard) {
    this.heard = heard;
  }

  /** Resolves with 0 when upgraded, or with the seconds to wait when refused; rejects when there is nobody. */
  connect(node, query = '') {
    return new Promise((resolve, reject) => {
      const socket = (this.socket = connect(node.port, '127.0.0.1'));
      socket.setNoDelay(true);
      let head = '';
      const state = { skip: 0, kept: EMPTY };
      socket.on('connect', () => socket.write(`GET /ws${query} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n`
        + 'Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n'));
      socket.on('error', reject);
      socket.on('close', () => {
        reject(new Error('closed'));
        this.onclose?.();
      });
      socket.on('data', (bytes) => {
        if (head !== undefined) {
          head += bytes.toString('latin1');
          const end = head.indexOf('\r\n\r\n');
          if (end < 0) return;
          if (!head.startsWith('HTTP/1.1 101')) {
            resolve(Number(/retry-after: (\d+)/i.exec(head)?.[1] ?? 1));
            socket.destroy();
            return;
          }
          bytes = Buffer.from(head.slice(end + 4), 'latin1');
          head = undefined;
          resolve(0);
        }
        this.frames(state, bytes);
      });
    });
  }

  frames(state, bytes) {
    while (bytes.length > 0) {
      if (state.skip > 0) {
        const part = Math.min(state.skip, bytes.length);
        state.skip -= part;
        bytes = bytes.subarray(part);
        if (state.skip === 0) this.heard(state.beginning);
        continue;
      }
      bytes = Buffer.concat([state.kept, bytes]);
      state.kept = bytes;
      const short = bytes.length < 2 ? 0 : bytes[1] & 127;
      const header = short === 127 ? 10 : short === 126 ? 4 : 2;
      if (bytes.length < header) return;
      const length = short === 127 ? Number(bytes.readBigUInt64BE(2)) : short === 126 ? bytes.readUInt16BE(2) : short;
      if (bytes.length < header + Math.min(length, BEGINNING)) return;
      state.kept = EMPTY;
      if (bytes[0] === PING) this.socket.write(PONG);
      state.beginning = bytes.toString('utf8', header, header + Math.min(length, BEGINNING));
      state.skip = length;
      bytes = bytes.subarray(header);
    }
  }

  says(message) {
    this.socket.write(text(message));
  }
}

/** One who joins a room, remembers where it was, and resolves `live` when it has all of `joined`. */
class Member {
  constructor(room) {
    this.room = room;
  }

  async join(node) {
    const client = (this.client = new Client((beginning) => {
      if (!beginning.startsWith('{"type":"joined"')) return;
      const place = /"epoch":"([^"]+)","offset":(\d+)/.exec(beginning);
      this.place ??= { epoch: place[1], offset: Number(place[2]) };
      this.isRecovered = beginning.includes('"recovered":true');
      client.live();
    }));
    const wait = await client.connect(node, this.place ? '?resume=1' : '');
    if (wait > 0) return wait;
    client.says({ type: 'join', room: this.room, id: 1, ...(this.place && this.goesOn && { since: this.place }) });
    await new Promise((resolve, reject) => {
      client.live = resolve;
      client.onclose = () => reject(new Error('closed'));
    });
    client.onclose = undefined;
    return 0;
  }
}

function http(node, method, path, body) {
  return new Promise((resolve, reject) => {
    const sent = request({ port: node.port, host: '127.0.0.1', method, path, headers: { 'Content-Type': 'application/json' } }, (answer) => {
      answer.resume().on('end', () => (answer.statusCode === 200 ? resolve() : reject(new Error(`${path}: ${answer.statusCode}`))));
    });
    sent.on('error', reject).end(JSON.stringify(body));
  });
}

/** Everybody at a pace the node bears. */
async function gather(node, room, goesOn) {
  const members = [];
  for (let i = 0; i < CLIENTS; i += 50) {
    const some = Array.from({ length: Math.min(50, CLIENTS - i) }, () => Object.assign(new Member(room), { goesOn }));
    const waits = await Promise.all(some.map((member) => member.join(node)));
    for (const [at, wait] of waits.entries()) if (wait > 0) await again(some[at], () => node, wait);
    members.push(...some);
  }
  return members;
}

/** Comes back as it is told, or as a browser does that is told nothing. */
async function again(member, choose, wait) {
  for (let failures = 0; ; failures++) {
    const backoff = Math.random() * Math.min(30_000, 1_000 * 1.5 ** failures);
    await sleep(wait > 0 ? wait * 1000 + Math.random() * 1000 : backoff);
    try {
      wait = await member.join(choose());
      if (wait === 0) return;
      refusals++;
    } catch {
      wait = 0;
    }
  }
}
let refusals = 0;

const percentile = (sorted, p) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))];

/** Viewers in a room of their own, to which something is said 20 times a second; on a thread of their own too. */
async function reside({ from, at }) {
  const latencies = [];
  for (let i = 0; i < 40; i++) {
    const client = new Client((beginning) => {
      const sentAt = /"text":"(\d+\.?\d*)"/.exec(beginning)?.[1];
      if (sentAt) latencies.push(performance.now() - Number(sentAt));
    });
    for (let wait = 1; wait > 0; ) {
      wait = await client.connect(at[i % at.length]);
      if (wait > 0) await sleep(wait * 1000);
    }
    client.says({ type: 'join', room: 'residents' });
  }
  setInterval(() => {
    http(from, 'POST', '/api/rooms/residents/messages', { text: String(performance.now()) }).catch(() => {});
  }, 50);
  parentPort.on('message', () => {
    const sorted = latencies.splice(0).sort((a, b) => a - b);
    const [p50, p99, max] = [percentile(sorted, 0.5), percentile(sorted, 0.99), sorted.at(-1)];
    parentPort.postMessage({ n: sorted.length, p50: +p50?.toFixed(1), p99: +p99?.toFixed(1), max: +max?.toFixed(1) });
  });
  parentPort.postMessage('settled');
}

/** Asks the residents how it was since the last time. */
async function take(residents) {
  residents.postMessage('take');
  const [figures] = await once(residents, 'message');
  return figures;
}

async function returns(room) {
  const isState = room.startsWith('state:');
  const node = await start('limits.connectsPerSecond=1000000');
  if (isState) {
    for (let at = 0; at * 55 < Number(options.size); at += 500) {
      const names = Array.from({ length: 500 }, (_, i) => [`name-${at + i}`, { value: at + i, text: 'x'.repeat(20) }]);
      await http(node, 'PATCH', `/api/rooms/${room}/state`, Object.fromEntries(names));
    }
  } else {
    await http(node, 'POST', `/api/rooms/${room}/messages`, { text: 'first' });
  }
  for (let round = 0; round < 3; round++) {
    const members = await gather(node, room, !isState);
    members.forEach(({ client }) => client.socket.destroy());
    await sleep(1500);
    if (!isState) {
      for (let i = 0; i < Number(options.missed); i++) {
        await http(node, 'POST', `/api/rooms/${room}/messages`, { text: `message ${i} ${'x'.repeat(200)}` });
      }
    }
    const [began, used] = [performance.now(), cpu(node)];
    await Promise.all(members.map((member) => member.join(node)));
    const took = since(began);
    await sleep(300);
    console.log(JSON.stringify({
      work: room, round, clients: CLIENTS, ms: took, cpu: +(cpu(node) - used).toFixed(2), rssMiB: rss(node),
      recovered: members.filter((member) => member.isRecovered).length,
    }));
    members.forEach(({ client }) => client.socket.destroy());
    await sleep(1000);
  }
}

async function kill() {
  const ports = [0, 1, 2].map(() => 20_000 + Math.floor(Math.random() * 20_000));
  const members = JSON.stringify({ type: 'members', members: ports.map((port) => `127.0.0.1:${port}`) });
  const three = [];
  for (const port of ports) {
    three.push(await start('cluster.enabled=true', `cluster.port=${port}`, 'cluster.eventBusPort=0', `cluster.discovery=${members}`));
  }
  const [a, b, c] = three;
  const residents = new Worker(new URL(import.meta.url), { workerData: { from: { port: a.port }, at: [{ port: a.port }, { port: b.port }] } });
  await once(residents, 'message');
  const clients = await gather(c, 'log:storm', true);
  await sleep(3_000);
  await take(residents);
  await sleep(5_000);
  const baseline = await take(residents);
  let live = 0;
  let last = 0;
  let began = 0;
  const used = [];
  const back = clients.map((member) => new Promise((resolve) => {
    member.client.onclose = async () => {
      member.client.onclose = undefined;
      await again(member, () => (Math.random() < 0.5 ? a : b), 0);
      last = since(began);
      live++;
      resolve();
    };
  }));
  used.push(cpu(a) + cpu(b));
  began = performance.now();
  c.process.kill('SIGKILL');
  await Promise.race([Promise.all(back), sleep(60_000)]);
  const during = await take(residents);
  used.push(cpu(a) + cpu(b));
  await sleep(5_000);
  console.log(JSON.stringify({
    work: 'kill', clients: CLIENTS, live, lastMs: last, refusals, recovered: clients.filter((member) => member.isRecovered).length,
    cpu: +(used[1] - used[0]).toFixed(2), rssMiB: [rss(a), rss(b)], residents: { baseline, during, after: await take(residents) },
  }));
}

async function refuse() {
  const node = await start('limits.connectsPerSecond=1');
  const fill = new Client(() => {});
  await fill.connect(node);
  let stop = false;
  let count = 0;
  const waits = new Map();
  const loop = async () => {
    while (!stop) {
      try {
        const wait = await new Client(() => {}).connect(node);
        count += wait > 0;
        waits.set(wait, (waits.get(wait) ?? 0) + 1);
      } catch { /* closed before its answer */ }
    }
  };
  Array.from({ length: 50 }, loop);
  for (let round = 0; round < 3; round++) {
    const [began, used, before] = [performance.now(), cpu(node), count];
    await sleep(Number(options.seconds) * 1000);
    const took = cpu(node) - used;
    console.log(JSON.stringify({
      work: 'refuse', round, perSecond: Math.round((count - before) / (since(began) / 1000)), perCpuSecond: Math.round((count - before) / took),
      descriptors: readFileSync(`/proc/${node.process.pid}/status`, 'utf8').match(/FDSize:\s+(\d+)/)[1], waits: Object.fromEntries([...waits].sort((a, b) => a[0] - b[0])),
    }));
  }
  stop = true;
}

if (!isMainThread) {
  await reside(workerData);
} else {
  const works = { 'return-state': () => returns('state:storm'), 'return-log': () => returns('log:storm'), kill, refuse };
  const work = works[positionals[0]];
  if (!work) {
    console.error(`expected one of ${Object.keys(works).join(', ')}`);
    process.exit(2);
  }
  await work();
  process.exit(0);
}
