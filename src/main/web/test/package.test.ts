/** What the build makes of the client: its size, and the npm package as somebody's project uses it. */
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, test } from 'vitest';
import { buildClient, buildPackage } from '../build.mjs';
import { Cluster, Node } from './fake-gateway.js';

const PAGE = `
import { connect, Refusal, type Room, type RoomStatus } from 'fanfara-client';

const connection = connect(process.argv[2]!, { token: () => Promise.resolve(undefined), pauseHiddenMs: Infinity });
const room: Room = connection.join('dash');
const statuses: RoomStatus[] = [];
room.on('status', (status) => statuses.push(status));
// @ts-expect-error there is no such event
room.on('mesage', () => {});
room.on('state', async ({ n }) => {
  try {
    const { offset } = await room.publish({ data: { mine: true } });
    console.log(JSON.stringify({ n, offset, statuses, state: connection.state.name }));
  } catch (failure) {
    console.log(failure instanceof Refusal && failure.code);
  }
  connection.close();
});
`;

let folder: string;
let client: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fanfara-package-'));
  client = join(folder, 'client');
  await buildClient(client);
  await buildPackage(client, join(folder, 'package'), '1.2.3');
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

const built = (file: string) => readFileSync(join(client, file), 'utf8');

test('the module has at most 10 KiB, gzipped', () => {
  const size = gzipSync(built('fanfara.js'), { level: 9 }).length;

  assert.ok(size <= 10 * 1024, `${size} bytes`);
});

test('every script has its source map', () => {
  for (const file of ['fanfara.js', 'fanfara.min.js', 'fanfara.worker.js']) {
    assert.ok(built(file).includes(`sourceMappingURL=${file}.map`));
    assert.equal(JSON.parse(built(`${file}.map`)).version, 3);
  }
});

test('the script is one global, and knows where its worker is', () => {
  const page = { document: { currentScript: { src: 'https://gateway/client/fanfara.min.js' } }, URL, fanfaraScript: '' };
  const Fanfara = runInNewContext(`${built('fanfara.min.js')};Fanfara`, page);

  assert.deepEqual(Object.keys(Fanfara).sort(), ['Connection', 'Refusal', 'connect']);
  assert.equal(page.fanfaraScript, 'https://gateway/client/fanfara.min.js');
});

test('the package is installed, checked by the compiler, and run', { timeout: 60_000 }, async () => {
  const run = (command: string, ...args: string[]) => execFileSync(command, args, { cwd: project, encoding: 'utf8' });
  const project = mkdtempSync(join(folder, 'project-'));
  const [packed] = JSON.parse(run('npm', 'pack', '--json', join(folder, 'package')));
  writeFileSync(join(project, 'package.json'), '{"type":"module"}');
  run('npm', 'install', '--offline', '--no-audit', '--no-fund', `./${packed.filename}`);
  writeFileSync(join(project, 'page.ts'), PAGE);
  const tools = resolve('node_modules');
  const flags = ['--strict', '--target', 'es2022', '--module', 'nodenext', '--types', 'node', '--typeRoots', join(tools, '@types')];

  run(process.execPath, join(tools, 'typescript/bin/tsc'), ...flags, 'page.ts');
  const cluster = new Cluster();
  cluster.publish({ n: 1 });
  const node = await Node.start(cluster, 'a');
  writeFileSync(join(project, 'node.mjs'), `import WebSocket from '${join(tools, 'ws/wrapper.mjs')}'; globalThis.WebSocket = WebSocket;`);
  const said = await new Promise<string>((done, failed) =>
    execFile(process.execPath, ['--import', './node.mjs', 'page.js', node.url], { cwd: project, timeout: 20_000 }, (failure, output) =>
      failure ? failed(failure) : done(output),
    ),
  );
  await node.kill();

  assert.deepEqual(packed.version, '1.2.3');
  assert.deepEqual(JSON.parse(said.split('\n')[0]!), { n: 1, offset: 2, statuses: ['fresh'], state: 'live' });
});
