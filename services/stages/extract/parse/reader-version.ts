/**
 * Hashes everything besides the file that its facts depend on: the grammar's version and our own
 * reading code. Reads both from the installation, so that nobody has to remember to raise a number.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sha256 } from '../../../runtime/ids.ts';
import type { Language } from '../languages/language.ts';

const extractFolder = fileURLToPath(new URL('..', import.meta.url));
/** The rooms that turn one file into facts. */
const readerRooms = ['facts', 'languages', 'parse', 'syntax'];

let readerHash: string | null = null;
const versions = new Map<string, string>();

/** Equal for two processes exactly if they read a file of the language in the same way. */
export function readerVersion(language: Language): string {
  const known = versions.get(language.name);
  if (known !== undefined) return known;
  readerHash ??= hashReaders();
  const { parsing } = language;
  const grammar = parsing.parser === 'oxc' ? 'oxc-parser' : parsing.grammar;
  const packages = [grammar, 'tree-sitter', '@babel/parser'].map(versionOf);
  const version = sha256([readerHash, language.name, grammar, ...packages].join('\n'));
  versions.set(language.name, version);
  return version;
}

function hashReaders(): string {
  const paths = readerRooms.flatMap((room) =>
    readdirSync(join(extractFolder, room), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.[jt]s$/.test(name))
      .map((name) => join(extractFolder, room, name)),
  );
  return sha256(
    paths
      .sort()
      .map((path) => readFileSync(path))
      .join(),
  );
}

/** Version of the package of a grammar, which may be a file within its package. */
function versionOf(specifier: string): string {
  const segments = specifier.split('/');
  const name = segments.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
  const roots = createRequire(import.meta.url).resolve.paths(name) ?? [];
  for (const root of roots) {
    try {
      const manifest = readFileSync(join(root, name, 'package.json'), 'utf8');
      return (JSON.parse(manifest) as { version: string }).version;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  return 'absent';
}
