/** The files of a release, each made from the checkout alone. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pythonWith } from '../../test/samples/installed/python-environment.ts';
import { buildPackage, manifest } from './build-package.ts';
import { runTool } from './run-tool.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
export const pythonFolders = ['services/feed', 'services/scorer/gpu', 'services/trainer'];
/** The earliest time that a wheel, which is a zip file, can hold: equal sources, equal wheels. */
const wheelTime = '315532800';

/** Path of the npm package. */
export async function packPackage(dist: string): Promise<string> {
  const folder = join(dist, 'package');
  await buildPackage(folder);
  const options = ['--silent', '--ignore-scripts', '--pack-destination', dist];
  const name = await runTool('npm', ['pack', folder, ...options], { cwd: root });
  rmSync(folder, { recursive: true });
  return join(dist, name.trim());
}

/** Paths of the wheels, in the order of their folders. */
export async function buildWheels(dist: string): Promise<string[]> {
  const uv = await uvPython();
  for (const folder of pythonFolders) {
    await runTool(uv, ['-m', 'uv', 'build', '--quiet', '--wheel', '--out-dir', dist, folder], {
      cwd: root,
      env: { SOURCE_DATE_EPOCH: wheelTime },
    });
  }
  // uv writes one that says to git that the folder is no source.
  rmSync(join(dist, '.gitignore'), { force: true });
  const names = readdirSync(dist).filter((name) => name.endsWith('.whl'));
  return ['backstory_feed', 'backstory_scorer', 'backstory_trainer'].map((name) => {
    const wheel = names.find((each) => each.startsWith(`${name}-${manifest.version}-`));
    if (wheel === undefined) throw new Error(`no wheel of ${name} ${manifest.version} was built`);
    return join(dist, wheel);
  });
}

/** An interpreter with uv, which builds and installs wheels. */
export function uvPython(): Promise<string> {
  return pythonWith('uv', join(root, 'scripts/requirements-uv.txt'));
}

interface Bill {
  readonly metadata: { readonly component: { name: string } };
}

/** What is in the package and in what it depends on, as CycloneDX. */
export async function writeBill(dist: string): Promise<void> {
  const options = ['--sbom-format', 'cyclonedx', '--omit', 'dev', '--package-lock-only'];
  const bill = JSON.parse(await runTool('npm', ['sbom', ...options], { cwd: root })) as Bill;
  // npm takes the folder's name.
  bill.metadata.component.name = manifest.name;
  const path = join(dist, `${manifest.name}-${manifest.version}.cdx.json`);
  writeFileSync(path, `${JSON.stringify(bill, null, 2)}\n`);
}

/** In the form that `sha256sum --check` reads. */
export function writeSums(dist: string): void {
  const names = readdirSync(dist).filter((name) => name !== 'SHA256SUMS');
  const lines = names.sort().map((name) => {
    const hash = createHash('sha256')
      .update(readFileSync(join(dist, name)))
      .digest('hex');
    return `${hash}  ${name}\n`;
  });
  writeFileSync(join(dist, 'SHA256SUMS'), lines.join(''));
}
