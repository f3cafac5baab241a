/** The files of a release, each made from the checkout alone. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pythonWith } from '../../test/samples/installed/python-environment.ts';
import { buildPackage } from './build-package.ts';
import { manifest } from './manifest.ts';
import { wheelBill } from './python-bill.ts';
import { lockedRequirements, pythonPackages, wheelPrefix } from './python-packages.ts';
import { readLock } from './requirements.ts';
import { runTool } from './run-tool.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
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

/** Paths of the wheels, in the order of the packages. */
export async function buildWheels(dist: string): Promise<string[]> {
  const uv = await uvPython();
  for (const { folder } of pythonPackages) {
    await runTool(uv, ['-m', 'uv', 'build', '--quiet', '--wheel', '--out-dir', dist, folder], {
      cwd: root,
      env: { SOURCE_DATE_EPOCH: wheelTime },
    });
  }
  // uv writes one that says to git that the folder is no source.
  rmSync(join(dist, '.gitignore'), { force: true });
  const names = readdirSync(dist).filter((name) => name.endsWith('.whl'));
  const { version } = manifest;
  return pythonPackages.map((each) => {
    const wheel = names.find((name) => name.startsWith(wheelPrefix(each, version)));
    if (wheel === undefined) throw new Error(`no wheel of ${each.name} ${version} was built`);
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

/** What is in the packages and in what they depend on, as CycloneDX: a file for each. */
export async function writeBills(dist: string): Promise<void> {
  await writeNpmBill(dist);
  const locked = readLock(readFileSync(join(root, lockedRequirements), 'utf8'));
  const { version } = manifest;
  for (const { name, folder } of pythonPackages) {
    const project = readFileSync(join(root, folder, 'pyproject.toml'), 'utf8');
    const ours = pythonPackages.map((each) => each.name);
    writeDocument(dist, name, wheelBill({ name, version, project, ours }, locked));
  }
}

async function writeNpmBill(dist: string): Promise<void> {
  const options = ['--sbom-format', 'cyclonedx', '--omit', 'dev', '--package-lock-only'];
  const bill = JSON.parse(await runTool('npm', ['sbom', ...options], { cwd: root })) as Bill;
  // npm takes the folder's name.
  bill.metadata.component.name = manifest.name;
  writeDocument(dist, manifest.name, bill);
}

function writeDocument(dist: string, name: string, bill: object): void {
  const path = join(dist, `${name}-${manifest.version}.cdx.json`);
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
