/**
 * All that belongs to a parsed language is there: adding one is a row in the table, a folder with
 * its reader, a grammar, a decoy and a test, and whoever forgets one of them learns it here.
 */
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { parsedRows, rowOfPath } from '../../schemas/languages/languages.ts';
import { languages } from '../../services/stages/extract/languages/list.ts';
import { decoys } from '../services/stages/extract/decoys.ts';
import { listPaths, root } from './rules/source-files.ts';

const paths = listPaths();
const readers = 'services/stages/extract/languages';
const dependencies: readonly string[] = Object.keys(packageJson.dependencies);

/** The file below languages/ that exports the language under its name. */
function readerOf(name: string): string | undefined {
  return paths.find((path) => {
    if (!path.startsWith(`${readers}/`) || !path.endsWith(`/${name}.ts`)) return false;
    return readFileSync(`${root}/${path}`, 'utf8').includes(`export const ${name}: Language = {`);
  });
}

/** Package of a grammar, which may be a file in it. */
function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

describe('parsed languages', () => {
  test('each row has its reader, and each reader its row', () => {
    const named = languages.map(({ name }) => name);
    expect([...named].sort()).toEqual(parsedRows.map(({ name }) => name).sort());
  });

  test.each(parsedRows)('$name has a folder, a grammar, a decoy and a test', ({ name }) => {
    const reader = readerOf(name);
    expect(reader).toBeDefined();
    const parsing = languages.find((language) => language.name === name)?.parsing;
    const grammar = parsing?.parser === 'tree-sitter' ? parsing.grammar : 'oxc-parser';
    expect(dependencies).toContain(packageOf(grammar));
    const folder = `test/${dirname(reader ?? '')}/`;
    const tests = paths.filter((path) => path.startsWith(folder) && path.endsWith('.test.ts'));
    expect(tests).not.toEqual([]);
    const ownDecoy = tests.some((path) =>
      readFileSync(`${root}/${path}`, 'utf8').includes('expectDecoyed('),
    );
    expect(ownDecoy || (decoys[name] ?? []).length > 0).toBe(true);
  });

  test.each(parsedRows)('the probe of $name is one of its files', ({ name, probe }) => {
    expect(rowOfPath(probe.path)?.name).toBe(name);
    expect(probe.text.endsWith('\n')).toBe(true);
  });

  test('the README of extract says how each is parsed', () => {
    const readme = readFileSync(`${root}/services/stages/extract/README.md`, 'utf8');
    const about = readme.slice(readme.indexOf('**Parsers.**'), readme.indexOf('**Accuracy**'));
    for (const { title } of parsedRows) expect(about).toContain(title);
  });

  test('every folder of languages belongs to a row', () => {
    const used = new Set(parsedRows.map(({ name }) => dirname(readerOf(name) ?? '')));
    const folders = paths
      .filter((path) => path.startsWith(`${readers}/`))
      .map((path) => dirname(path))
      .filter((folder) => folder !== readers);
    expect([...new Set(folders)].sort()).toEqual([...used].sort());
  });
});
