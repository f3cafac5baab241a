/**
 * `npm run release [-- package]`: the npm package, the wheels, the bill of materials and their
 * hashes in dist/, and a check of all of them as a stranger installs them, in an empty folder.
 * With `package` it makes the npm package alone and checks nothing.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { manifest } from './release/build-package.ts';
import { checkPackage } from './release/check-package.ts';
import { buildWheels, packPackage, uvPython, writeBill, writeSums } from './release/parts.ts';
import { runTool } from './release/run-tool.ts';

const dist = fileURLToPath(new URL('../dist', import.meta.url));

async function main(): Promise<void> {
  const [only] = process.argv.slice(2);
  if (only !== undefined && only !== 'package') {
    throw new Error('usage: npm run release [-- package]');
  }
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist);
  const tarball = await packPackage(dist);
  console.log(`dist/${basename(tarball)}`);
  if (only === 'package') return;
  const wheels = await buildWheels(dist);
  await writeBill(dist);
  writeSums(dist);
  for (const wheel of wheels) console.log(`dist/${basename(wheel)}`);
  const folder = mkdtempSync(join(tmpdir(), 'backstory-release-'));
  try {
    console.log('installing the package in an empty folder …');
    await runTool('npm', ['install', '--no-audit', '--no-fund', tarball], { cwd: folder });
    const backstory = join(folder, 'node_modules/.bin/backstory');
    for (const told of await checkPackage({ backstory, folder })) console.log(`  ${told}`);
    for (const told of await checkWheels(wheels, folder)) console.log(`  ${told}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(`release ${manifest.version} is in dist/`);
}

/** The feed from its wheel reads the output; scorer and trainer are there at their version. */
async function checkWheels(wheels: readonly string[], folder: string): Promise<string[]> {
  const python = join(folder, 'venv/bin/python');
  const [feed = '', ...others] = wheels;
  const place = { cwd: folder };
  await runTool('python3', ['-m', 'venv', '--without-pip', 'venv'], place);
  const uv = ['-m', 'uv', 'pip', 'install', '--quiet', '--python', python];
  await runTool(await uvPython(), [...uv, feed], place);
  const read = await runTool(join(folder, 'venv/bin/backstory-feed'), ['out', '--stop'], place);
  if (read.trim() === '') throw new Error('the feed from its wheel read nothing');
  // What they need beside has 5 GB, and `npm run train` and `npm run scorer` run them.
  await runTool(await uvPython(), [...uv, '--no-deps', ...others], place);
  const ask = (name: string) => `import importlib.metadata as m; print(m.version("${name}"))`;
  for (const name of ['backstory-feed', 'backstory-scorer', 'backstory-trainer']) {
    const version = (await runTool(python, ['-c', ask(name)], place)).trim();
    if (version !== manifest.version) throw new Error(`the wheel of ${name} is ${version}`);
  }
  return [`the feed from its wheel read ${read.trim().split('\n').length} batches`];
}

try {
  await main();
} catch (error) {
  console.error(`error ${(error as Error).message}`);
  process.exitCode = 1;
}
