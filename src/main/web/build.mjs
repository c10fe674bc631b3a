// Builds what the gateway serves, into one folder (FANFARA_WEB_OUT, or Maven's class path): the demo page, the JavaScript
// client under client/, and Socket.IO's own client under socket.io/; beside it the console, in console/. Beside it, the client as an npm package (FANFARA_NPM_OUT).
import { build } from 'esbuild';
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const here = dirname(fileURLToPath(import.meta.url));
const targets = ['es2022', 'chrome109', 'firefox115', 'safari16.4'];
const common = { bundle: true, minify: true, sourcemap: true, target: targets, legalComments: 'eof', logLevel: 'warning' };

const CLIENT = ['fanfara.js', 'fanfara.min.js', 'fanfara.worker.js'];
const SOCKET_IO = ['socket.io.js', 'socket.io.min.js', 'socket.io.esm.min.js'];
const withMaps = (files) => files.flatMap((file) => [file, `${file}.map`]);

async function buildDemo(out) {
  await mkdir(out, { recursive: true });
  await build({
    ...common,
    entryPoints: [
      { in: join(here, 'demo/main.ts'), out: 'app' },
      { in: join(here, 'demo/app.css'), out: 'app' },
    ],
    outdir: out,
    format: 'esm',
  });
  for (const file of ['index.html', 'favicon.svg']) await copyFile(join(here, 'demo', file), join(out, file));
}

/** The console of the management port: strictly its own files, so it has a folder that the client port does not serve. */
async function buildConsole(out) {
  await mkdir(out, { recursive: true });
  await build({
    ...common,
    sourcemap: false,
    entryPoints: [
      { in: join(here, 'admin/admin.ts'), out: 'admin' },
      { in: join(here, 'admin/admin.css'), out: 'admin' },
    ],
    outdir: out,
    format: 'esm',
  });
  for (const file of ['index.html', 'favicon.svg']) await copyFile(join(here, 'admin', file), join(out, file));
}

/** A module, a script for a page without modules (`Fanfara`), the worker that tabs share, and the types of all that. */
export async function buildClient(out) {
  await mkdir(out, { recursive: true });
  const entry = (file) => ({ ...common, entryPoints: [join(here, 'client', file)] });
  await build({ ...entry('index.ts'), outfile: join(out, 'fanfara.js'), format: 'esm' });
  await build({
    ...entry('index.ts'),
    outfile: join(out, 'fanfara.min.js'),
    format: 'iife',
    globalName: 'Fanfara',
    // A script knows where it came from only while it is loaded.
    banner: { js: 'var fanfaraScript=globalThis.document?.currentScript?.src;' },
    define: { 'import.meta.url': 'fanfaraScript' },
  });
  await build({
    ...entry('shared/worker.ts'),
    outfile: join(out, 'fanfara.worker.js'),
    format: 'iife',
    define: { 'import.meta.url': 'location.href' },
  });
  await writeFile(join(out, 'fanfara.d.ts'), await types());
}

/** The declarations of all modules behind the index, as one; what the index does not name is not exported. */
async function types() {
  const folder = await mkdtemp(join(tmpdir(), 'fanfara-types-'));
  try {
    const tsc = join(here, 'node_modules/typescript/bin/tsc');
    const flags = ['-p', here, '--noEmit', 'false', '--declaration', '--emitDeclarationOnly', '--outDir', folder];
    await promisify(execFile)(process.execPath, [tsc, ...flags]);
    const exported = new Map();
    const parts = [];
    const read = async (file) => {
      if (exported.has(file)) return;
      const names = new Set();
      exported.set(file, names);
      const text = await readFile(file.replace(/\.js$/, '.d.ts'), 'utf8');
      const rest = text.replace(/^(import|export) [^;]*? from '[^']*';\n/gm, '').replace(/^export \{\};\n/gm, '');
      for (const [, from] of text.matchAll(/ from '([^']*)';/g)) await read(resolve(dirname(file), from));
      for (const [, name] of rest.matchAll(/^export (?:interface|type) (\w+)/gm)) names.add(name);
      parts.push(rest.replace(/^export declare /gm, 'declare ').replace(/^export /gm, ''));
    };
    const index = join(folder, 'client/index.js');
    await read(index);
    const names = [];
    for (const [, list, from] of (await readFile(index.replace(/\.js$/, '.d.ts'), 'utf8')).matchAll(
      /^export (?:type )?(?:\{ ([^}]*) \}|\*) from '([^']*)';/gm,
    )) {
      names.push(...(list?.split(', ') ?? exported.get(resolve(dirname(index), from))));
    }
    return `${parts.join('\n')}\nexport { ${names.join(', ')} };\n`;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A folder for `npm pack`. */
export async function buildPackage(client, out, version = '0.0.0') {
  await mkdir(out, { recursive: true });
  for (const file of [...withMaps(CLIENT), 'fanfara.d.ts']) await copyFile(join(client, file), join(out, file));
  await copyFile(join(here, 'client/README.md'), join(out, 'README.md'));
  const manifest = {
    name: 'fanfara-client',
    version,
    description: 'The JavaScript client of Fanfara, a realtime gateway: rooms that resume, over WebSocket or SSE',
    type: 'module',
    exports: {
      '.': { types: './fanfara.d.ts', default: './fanfara.js' },
      './worker': './fanfara.worker.js',
    },
    types: './fanfara.d.ts',
    unpkg: './fanfara.min.js',
    sideEffects: false,
    files: ['fanfara*'],
  };
  await writeFile(join(out, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const out = resolve(here, process.env.FANFARA_WEB_OUT || '../../../target/classes/web');
  const npm = resolve(here, process.env.FANFARA_NPM_OUT || '../../../target/fanfara-client');
  await buildDemo(out);
  await buildConsole(join(out, '../console'));
  await buildClient(join(out, 'client'));
  await buildPackage(join(out, 'client'), npm, process.env.FANFARA_VERSION);
  await mkdir(join(out, 'socket.io'), { recursive: true });
  for (const file of withMaps(SOCKET_IO)) {
    await copyFile(join(here, 'node_modules/socket.io-client/dist', file), join(out, 'socket.io', file));
  }
}
