/**
 * Real source text by language, for the checks and figures of the tokenizer; each language gets an
 * equal share as long as it lasts. scripts/bench/corpora/fetch-sources.ts fetches enough of ten.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';

/** Longer files are mostly tables. */
const fileBytesMax = 300_000;

const languages: Readonly<Record<string, string>> = {
  '.ts': 'TypeScript',
  '.js': 'JavaScript',
  '.mjs': 'JavaScript',
  '.py': 'Python',
  '.c': 'C',
  '.h': 'C',
  '.cc': 'C++',
  '.cpp': 'C++',
  '.hpp': 'C++',
  '.go': 'Go',
  '.rs': 'Rust',
  '.java': 'Java',
  '.md': 'Markdown',
  '.json': 'JSON',
  '.kt': 'Kotlin',
  '.scala': 'Scala',
  '.sh': 'Shell',
  '.html': 'HTML',
  '.pl': 'Perl',
  '.pm': 'Perl',
};

/** Texts of the folders' files, in turn of the language that has least, up to so many bytes. */
export function sourceCorpus(folders: readonly string[], bytesMax: number) {
  const paths = new Map<string, string[]>();
  for (const folder of folders) {
    for (const name of readdirSync(folder, { recursive: true }).map(String).sort()) {
      const language = languages[extname(name)];
      if (language === undefined) continue;
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

/** The text of a file; undefined where it is none that could be admitted. */
function read(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined || !found.isFile() || found.size > fileBytesMax) return undefined;
  const bytes = readFileSync(path);
  const text = bytes.toString('utf8');
  return Buffer.from(text).equals(bytes) ? text : undefined;
}
