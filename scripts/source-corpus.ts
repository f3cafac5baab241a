/** Real source text by language, for the checks and figures of the tokenizer. */
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
  '.sh': 'Shell',
  '.html': 'HTML',
  '.pl': 'Perl',
  '.pm': 'Perl',
};

/** Texts of the folders' files, the languages in turn, until they have this many bytes. */
export function sourceCorpus(folders: readonly string[], bytesMax: number) {
  const byLanguage = new Map<string, string[]>();
  for (const folder of folders) {
    for (const name of readdirSync(folder, { recursive: true }).map(String).sort()) {
      const language = languages[extname(name)];
      if (language === undefined) continue;
      byLanguage.set(language, [...(byLanguage.get(language) ?? []), join(folder, name)]);
    }
  }
  const texts: string[] = [];
  const bytesOf = new Map<string, number>();
  let bytes = 0;
  const queues = [...byLanguage].sort(([a], [b]) => (a < b ? -1 : 1));
  for (
    let turn = 0;
    bytes < bytesMax && queues.some(([, paths]) => turn < paths.length);
    turn += 1
  ) {
    for (const [language, paths] of queues) {
      const text = read(paths[turn]);
      if (text === undefined || bytes >= bytesMax) continue;
      const length = Buffer.byteLength(text);
      texts.push(text);
      bytes += length;
      bytesOf.set(language, (bytesOf.get(language) ?? 0) + length);
    }
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
