/**
 * Real source text by language, for the checks and figures of the tokenizer; each language gets an
 * equal share while it has text left. scripts/bench/corpora/fetch-sources.ts fetches ten languages.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { rowOfPath } from '../../../schemas/languages/languages.ts';

/** Longer files are mostly tables. */
const fileBytesMax = 300_000;

/** Languages of which the fetched sources hold enough. */
const sampled = new Set(
  'typescript javascript python c cpp go rust java markdown json kotlin scala bash html perl'.split(
    ' ',
  ),
);

/** Texts of the folders' files up to `bytesMax`; the language with the fewest bytes is next. */
export function sourceCorpus(folders: readonly string[], bytesMax: number) {
  const paths = new Map<string, string[]>();
  for (const folder of folders) {
    for (const name of readdirSync(folder, { recursive: true }).map(String).sort()) {
      const row = rowOfPath(name);
      // A source map repeats other files.
      if (row === undefined || !sampled.has(row.name) || name.endsWith('.map')) continue;
      const { title: language } = row;
      const known = paths.get(language) ?? [];
      known.push(join(folder, name));
      paths.set(language, known);
    }
  }
  const texts: string[] = [];
  const bytesOf = new Map([...paths.keys()].sort().map((language) => [language, 0]));
  const open = new Set(bytesOf.keys());
  let bytes = 0;
  while (bytes < bytesMax && open.size > 0) {
    const sizeOf = (language: string) => bytesOf.get(language) ?? 0;
    const language = [...open].reduce((least, it) => (sizeOf(it) < sizeOf(least) ? it : least));
    const path = paths.get(language)?.shift();
    if (path === undefined) open.delete(language);
    const text = read(path);
    if (text === undefined) continue;
    const length = Buffer.byteLength(text);
    texts.push(text);
    bytes += length;
    bytesOf.set(language, sizeOf(language) + length);
  }
  return { texts, bytes, bytesOf };
}

/** The text of a file; undefined if admit would not let it through. */
function read(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined || !found.isFile() || found.size > fileBytesMax) return undefined;
  const bytes = readFileSync(path);
  const text = bytes.toString('utf8');
  return Buffer.from(text).equals(bytes) ? text : undefined;
}
