/**
 * The servers' jars, resolved by Maven from infra/ and kept in the user's cache by the hash of the
 * pom, so that every checkout shares them and a changed version gets a folder of its own.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sha256 } from '../../services/runtime/ids.ts';
import { requireJava, runTool } from './tools.ts';

/** The plugin's version is pinned, so that it does not depend on Maven's version. */
const copyDependencies = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies';

const infra = fileURLToPath(new URL('../../infra', import.meta.url));

function cacheFolder(): string {
  const base = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  return join(base, 'backstory', 'jars');
}

/** The folder with a pom's dependencies, resolved at first use. Archives are unpacked. */
export async function resolveJars(name: 'kafka' | 'registry' | 'objects'): Promise<string> {
  await requireJava();
  const pom = join(infra, name, 'pom.xml');
  const target = join(cacheFolder(), `${name}-${sha256(readFileSync(pom)).slice(0, 12)}`);
  if (existsSync(target)) return target;
  const building = `${target}.building-${process.pid}`;
  rmSync(building, { recursive: true, force: true });
  mkdirSync(building, { recursive: true });
  try {
    const options = ['-DincludeScope=runtime', `-DoutputDirectory=${building}`];
    await runTool('mvn', ['-q', '-B', '-f', pom, copyDependencies, ...options]);
    for (const archive of readdirSync(building).filter((file) => file.endsWith('.tar.gz'))) {
      await runTool('tar', ['-xzf', join(building, archive), '-C', building]);
      rmSync(join(building, archive));
    }
    publish(building, target);
  } finally {
    rmSync(building, { recursive: true, force: true });
  }
  return target;
}

/** A folder gets its final name only when it is complete, so a killed download leaves none. */
function publish(building: string, target: string): void {
  try {
    renameSync(building, target);
  } catch (error) {
    // Another process has resolved the same pom meanwhile; its jars are equal.
    if (!existsSync(target)) throw error;
  }
}
