/**
 * `npm run release [-- package]`: the npm package, the wheels, their bills of materials and
 * hashes in dist/, and a check of all of them as a stranger installs them, in an empty folder.
 * With `package` it makes the npm package alone and checks nothing.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkPackage } from './release/check-package.ts';
import { checkWheels } from './release/check-wheels.ts';
import { manifest } from './release/manifest.ts';
import { buildWheels, packPackage, writeBills, writeSums } from './release/parts.ts';
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
  await writeBills(dist);
  writeSums(dist);
  for (const wheel of wheels) console.log(`dist/${basename(wheel)}`);
  const folder = mkdtempSync(join(tmpdir(), 'backstory-release-'));
  try {
    console.log('installing the package in an empty folder …');
    await runTool('npm', ['install', '--no-audit', '--no-fund', tarball], { cwd: folder });
    const backstory = join(folder, 'node_modules/.bin/backstory');
    for (const told of await checkPackage({ backstory, folder })) console.log(`  ${told}`);
    console.log('using the wheels there; the first time they bring 5 GB …');
    const { version } = manifest;
    for (const told of await checkWheels({ wheels, version, folder })) console.log(`  ${told}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(`release ${manifest.version} is in dist/`);
}

try {
  await main();
} catch (error) {
  console.error(`error ${(error as Error).message}`);
  process.exitCode = 1;
}
