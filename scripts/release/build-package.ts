/**
 * Builds the npm package: what a run reads, in the folders of the checkout, so that every path
 * between files stays; modules without types, because Node refuses TypeScript below node_modules;
 * the page bundled, so that the package needs no bundler.
 */
import {
  chmodSync,
  cpSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundlePage } from '../../services/ui/server/bundle.ts';
import { builtPageFolder, builtPageList } from '../../services/ui/server/page-files.ts';
import { manifest } from './manifest.ts';
import { toPlainModule, toPlainPath } from './module.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Files and folders of the checkout that the package holds. */
const shipped = [
  'LICENSE',
  'README.md',
  'infra',
  'schemas',
  'services',
  'scripts/backstory',
  'scripts/backstory.js',
  'scripts/cluster',
  'scripts/cluster.ts',
];
/** What they hold besides: the page is bundled, and Python comes as wheels. */
const withheld = [
  'services/feed',
  'services/scorer/gpu',
  'services/trainer',
  'services/ui/page',
  'services/ui/server/bundle.ts',
];
const executable = ['scripts/backstory', 'scripts/backstory.js'];

/** Fills the folder, which is emptied first. */
export async function buildPackage(to: string): Promise<void> {
  rmSync(to, { recursive: true, force: true });
  const paths = shippedPaths();
  const packed = new Set(paths.map(toPlainPath));
  const modules = paths.filter((path) => path.endsWith('.ts') || path.endsWith('.js'));
  const texts = new Set<string>();
  for (const path of paths) {
    const target = join(to, toPlainPath(path));
    mkdirSync(dirname(target), { recursive: true });
    if (!modules.includes(path)) cpSync(join(root, path), target);
    else {
      const plain = toPlainModule(path, readFileSync(join(root, path), 'utf8'));
      const absent = plain.modules.filter((name) => !packed.has(name) && !isWithheld(name));
      if (absent.length > 0) throw new Error(`${path} names ${absent.join(', ')}: not packed`);
      for (const text of plain.texts) texts.add(text);
      writeFileSync(target, plain.code);
    }
  }
  for (const path of executable) chmodSync(join(to, path), 0o755);
  writeFileSync(join(to, 'package.json'), drawManifest(texts));
  await writePage(to);
}

function shippedPaths(): string[] {
  const paths = shipped.flatMap((path) => [...filesBelow(path)]);
  return paths.filter((path) => !isWithheld(path)).sort();
}

function isWithheld(path: string): boolean {
  const source = path.replace(/\.js$/, '.ts');
  return withheld.some((each) => source === each || source.startsWith(`${each}/`));
}

function* filesBelow(path: string): Generator<string> {
  const own = lstatSync(join(root, path), { throwIfNoEntry: false });
  if (own === undefined) throw new Error(`the checkout lacks ${path}`);
  if (own.isFile()) yield path;
  else if (own.isDirectory() && basename(path) !== '__pycache__') {
    for (const name of readdirSync(join(root, path))) yield* filesBelow(`${path}/${name}`);
  }
}

/** The dependencies are those that the packed modules name. */
function drawManifest(texts: ReadonlySet<string>): string {
  const isNamed = (name: string) =>
    [...texts].some((text) => text === name || text.startsWith(`${name}/`));
  const dependencies = Object.entries(manifest.dependencies).filter(([name]) => isNamed(name));
  const { private: _private, devDependencies: _dev, scripts: _scripts, ...kept } = manifest;
  const packed = {
    ...kept,
    bin: { backstory: 'scripts/backstory', 'backstory-cluster': 'scripts/backstory' },
    dependencies: Object.fromEntries(dependencies),
  };
  return `${JSON.stringify(packed, null, 2)}\n`;
}

async function writePage(to: string): Promise<void> {
  const folder = join(to, builtPageFolder);
  mkdirSync(folder, { recursive: true });
  const page = await bundlePage();
  const list = [...page].map(([path, { type, bytes }]) => {
    const file = path === '/' ? 'index.html' : path.slice(1);
    writeFileSync(join(folder, file), bytes);
    return { path, type, file };
  });
  writeFileSync(join(folder, builtPageList), `${JSON.stringify(list, null, 2)}\n`);
}
