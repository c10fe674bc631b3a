// Bundles the demo page into one folder that the gateway serves as it is: FANFARA_WEB_OUT, or Maven's class path.
import { build } from 'esbuild';
import { copyFile, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';

const here = import.meta.dirname ?? new URL('.', import.meta.url).pathname;
const out = resolve(here, process.env.FANFARA_WEB_OUT || '../../../target/classes/web');

await mkdir(out, { recursive: true });
await build({
  entryPoints: [
    { in: join(here, 'demo/main.ts'), out: 'app' },
    { in: join(here, 'demo/app.css'), out: 'app' },
  ],
  outdir: out,
  bundle: true,
  minify: true,
  sourcemap: true,
  format: 'esm',
  target: ['es2022', 'chrome109', 'firefox115', 'safari16.4'],
  legalComments: 'eof',
  logLevel: 'info',
});
for (const file of ['index.html', 'favicon.svg']) {
  await copyFile(join(here, 'demo', file), join(out, file));
}
