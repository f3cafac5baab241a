/** Files of released packages as the gate of secrets sees them: what admission has kept. */
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { admitArchive } from '../../../services/stages/admit/admit-archive.ts';
import { decodeText } from '../../../services/stages/admit/archive/decode.ts';
import { admitKnobs } from '../../../services/stages/admit/config.ts';
import { gates } from '../../../services/stages/admit/gates.ts';
import { byHash } from '../corpora/by-hash.ts';
import type { ScannedFile } from './scanners.ts';

/** Of one package, so that there are many of them. */
const packageBytesMax = 2_000_000;
const donorCharactersMax = 6_000;
const donorsMax = 200;

/** Files of packages in an order that only their names decide, until there are enough bytes. */
export async function readNegatives(
  folder: string,
  bytesMax: number,
): Promise<readonly ScannedFile[]> {
  const before = gates.filter(({ name }) => name !== 'secrets' && name !== 'privacy');
  const files: ScannedFile[] = [];
  let bytes = 0;
  for (const name of byHash(readdirSync(folder), (each) => each)) {
    if (bytes >= bytesMax) break;
    if (!/\.(?:tgz|whl)$/.test(name)) continue;
    const format = name.endsWith('.tgz') ? 'tgz' : 'zip';
    const repository = { name, origin: name, format, archive: readFileSync(join(folder, name)) };
    const kept = await admitArchive({ ...repository, format }, admitKnobs.parse({}), before).catch(
      (error: unknown) => {
        if (error instanceof Error && 'code' in error) return null;
        throw error;
      },
    );
    let own = 0;
    for (const file of byHash(kept?.files ?? [], ({ path }) => path)) {
      const size = file.bytes.byteLength;
      if (own + size > packageBytesMax || bytes + size > bytesMax) continue;
      const text = decodeText(file.bytes);
      if (text === null) continue;
      own += size;
      bytes += size;
      files.push({ path: join(name, file.path), text });
    }
  }
  return files;
}

/** Small files by extension, between whose lines keys are planted. */
export function donorsOf(files: readonly ScannedFile[]): ReadonlyMap<string, readonly string[]> {
  const donors = new Map<string, string[]>();
  for (const { path, text } of files) {
    if (text.length > donorCharactersMax) continue;
    const extension = extname(path);
    const texts = donors.get(extension) ?? [];
    if (texts.length < donorsMax) texts.push(text);
    donors.set(extension, texts);
  }
  return donors;
}
