/** Jars from Maven Central with their dependencies. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Context } from '../score/oracle.ts';

/** Paths of the jars for `group:artifact:version` coordinates, fetched at the first call. */
export async function jarsOf(coordinates: readonly string[], context: Context): Promise<string[]> {
  const id = createHash('sha256').update(coordinates.join('\n')).digest('hex').slice(0, 16);
  const folder = join(context.cache, 'maven', id);
  if (!existsSync(folder)) {
    await mkdir(dirname(folder), { recursive: true });
    const building = await mkdtemp(`${folder}-`);
    await writeFile(join(building, 'pom.xml'), pomOf(coordinates));
    const goal = ['dependency:copy-dependencies', '-DoutputDirectory=.'];
    await context.run('mvn', ['--batch-mode', '--quiet', ...goal], { folder: building });
    await rename(building, folder);
  }
  const names = await readdir(folder);
  return names.filter((name) => name.endsWith('.jar')).map((name) => join(folder, name));
}

function pomOf(coordinates: readonly string[]): string {
  const dependencies = coordinates.map((each) => {
    const [group, artifact, version] = each.split(':');
    const inner = [`groupId>${group}</groupId`, `artifactId>${artifact}</artifactId`];
    return `<dependency><${inner.join('><')}><version>${version}</version></dependency>`;
  });
  const own = '<groupId>bench</groupId><artifactId>bench</artifactId><version>1</version>';
  const list = `<dependencies>${dependencies.join('')}</dependencies>`;
  return `<project><modelVersion>4.0.0</modelVersion>${own}${list}</project>\n`;
}
