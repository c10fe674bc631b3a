/** The real jar in a process of its own, on free ports, from "ready" to its end. FANFARA_COMMAND says how it is run. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const [JAVA, ...PROGRAM]: string[] = JSON.parse(process.env.FANFARA_COMMAND ?? '["java","-jar","../../../target/fanfara.jar"]');
const SECRET = 'a secret of the tests, 32 bytes or more';

export const ROOMS = [
  { match: 'log:**', mode: 'log' },
  { match: 'dash:**', mode: 'state' },
  { match: 'secret', mode: 'plain', join: 'nobody' },
  { match: '**', mode: 'plain', presence: 'full' },
];

export const AUTH = { required: true, leeway: '0s', keys: [{ id: 'k', algorithms: ['HS256'], secret: SECRET }] };

const running = new Set<Gateway>();

export class Gateway {
  readonly port: number;
  readonly managementPort: number;
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess, port: number, managementPort: number) {
    this.#process = process;
    this.port = port;
    this.managementPort = managementPort;
    running.add(this);
  }

  static async start(config: object = {}, port = 0): Promise<Gateway> {
    const folder = mkdtempSync(join(tmpdir(), 'fanfara-gateway-'));
    const file = join(folder, 'fanfara.json');
    writeFileSync(file, JSON.stringify({ rooms: ROOMS, ...config }));
    const flags = [...PROGRAM, 'serve', '-c', file, '--set', `server.port=${port}`, '--set', 'management.port=0'];
    // To the gateway such names are keys of its configuration.
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('FANFARA_')));
    const child = spawn(JAVA!, flags, { env, stdio: ['ignore', 'pipe', 'inherit'] });
    child.on('exit', () => rmSync(folder, { recursive: true }));
    const said: string[] = [];
    return new Promise((started, failed) => {
      const lines = createInterface(child.stdout);
      lines.on('line', (line) => {
        said.push(line);
        const ready = /ready client=\S+:(\d+) management=\S+:(\d+)/.exec(line);
        if (ready) started(new Gateway(child, Number(ready[1]), Number(ready[2])));
      });
      lines.on('close', () => failed(new Error(`the gateway ended:\n${said.join('\n')}`)));
    });
  }

  static async stopAll(): Promise<void> {
    await Promise.all([...running].map((gateway) => gateway.kill()));
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async kill(): Promise<void> {
    running.delete(this);
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    this.#process.kill('SIGKILL');
    await once(this.#process, 'exit');
  }

  async publish(room: string, message: object): Promise<{ offset?: number }> {
    const response = await fetch(`${this.url}/api/rooms/${encodeURIComponent(room)}/messages`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(message),
    });
    if (!response.ok) throw new Error(await response.text());
    return response.json();
  }

  /** The value of one sample, as its line begins; 0 if there is none. */
  async metric(sample: string): Promise<number> {
    const text = await (await fetch(`http://127.0.0.1:${this.managementPort}/metrics`)).text();
    const line = text.split('\n').find((each) => each.startsWith(`${sample} `));
    return Number(line?.slice(sample.length) ?? 0);
  }
}

/** A JWT that the gateway of `AUTH` takes for so long. */
export function token(user: string, seconds: number, claims: object = {}): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Date.now() / 1_000;
  const all = { sub: user, iat: Math.floor(now), exp: Math.ceil(now + seconds), rooms: { join: ['**'], publish: ['**'], history: ['**'] }, ...claims };
  const signed = `${part({ alg: 'HS256', typ: 'JWT', kid: 'k' })}.${part(all)}`;
  return `${signed}.${createHmac('sha256', SECRET).update(signed).digest('base64url')}`;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Waits for what will be so; says what it was instead. */
export async function eventually<T>(read: () => T | Promise<T>, is: (value: T) => boolean, within = 20_000): Promise<T> {
  const end = Date.now() + within;
  for (;;) {
    const value = await read();
    if (is(value)) return value;
    if (Date.now() > end) throw new Error(`still ${JSON.stringify(value)} after ${within} ms`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
