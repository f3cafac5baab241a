/** `npm run new`: its skeletons compile, follow the house style and pass their own tests. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newLanguage } from '../../scripts/new/language.ts';
import { requireName } from '../../scripts/new/names.ts';
import { newStage } from '../../scripts/new/stage.ts';
import { copyRepository, type RepositoryCopy } from '../samples/installed/repository-copy.ts';

/** Checking a whole copy takes half a minute, and more on a busy machine. */
const checksMsMax = 300_000;

let copy: RepositoryCopy;

beforeAll(() => {
  copy = copyRepository();
}, checksMsMax);

afterAll(() => copy.remove());

const make = (...parameters: string[]) => copy.node('scripts/new.ts', ...parameters);
const read = (path: string) => readFileSync(join(copy.folder, path), 'utf8');
const program = (name: string, ...parameters: string[]) =>
  copy.node(`node_modules/${name}`, ...parameters);

describe('new', () => {
  test.each([
    ['gate', 'line-endings', 'services/stages/admit/gates/line-endings.ts'],
    ['export', 'plain-text', 'services/export/formats/plain-text.ts'],
    ['language', 'starlark', 'services/stages/extract/languages/starlark/starlark.ts'],
    ['stage', 'curate', 'services/stages/curate/stage.ts'],
  ])('makes the %s %s, once', (kind, name, path) => {
    const first = make(kind, name);
    expect(first.err).toBe('');
    expect(first.exitCode).toBe(0);
    expect(first.out).toContain(`wrote    ${path}\n`);
    expect(first.out).toContain(`wrote    test/${path.replace('.ts', '.test.ts')}\n`);
    const again = make(kind, name);
    expect([again.exitCode, again.out]).toEqual([2, '']);
    expect(again.err).toContain(`there is already the`);
  });

  test('prints its usage for an unknown kind or option', () => {
    for (const words of [
      ['room', 'kitchen'],
      ['gate'],
      ['language', 'klingon', '--colour', 'red'],
    ]) {
      const { exitCode, out, err } = make(...words);
      expect([exitCode, out]).toEqual([2, '']);
      expect(err).toContain('usage: npm run new -- KIND NAME');
    }
  });

  test.each([
    ['Opt-Out', 'is no name in kebab-case'],
    ['../gate', 'is no name in kebab-case'],
    ['a'.repeat(41), 'is longer than 40 letters'],
    ['path-utils', 'says nothing about its thing'],
    ['default', 'is a word of JavaScript'],
  ])('refuses the name %s', (name, told) => {
    expect(() => requireName(name)).toThrow(told);
  });

  test.each([
    ['klingon', { like: 'latin' }, '--like latin is not parsed; these are: python,'],
    ['klingon', { like: 'typescript' }, '--like typescript is not read by a grammar alone'],
    ['klingon', { grammar: 'tree-sitter-nothing' }, 'is not among the dependencies'],
    ['klingon', { extension: '.lua' }, '.lua is Lua; remove its row'],
    ['lua', {}, '.lua is Lua; remove its row'],
    ['visual-basic', {}, 'must be one word'],
    ['python', {}, 'there is already the parsed language python'],
  ])('refuses the language %s with %j', (name, options, told) => {
    expect(() => newLanguage(name, options)).toThrow(told);
  });

  test.each([
    ['curate', { before: 'sink' }, 'a stage can be added before extract or plan'],
    ['curate', { before: 'admit' }, 'a stage can be added before extract or plan'],
    ['curate', { before: 'simulate' }, 'a stage can be added before extract or plan'],
    ['curate', { writes: 'repo-plan' }, 'there is already the topic repo-plan'],
    ['curate', { writes: 'Curated' }, '--writes Curated is none'],
    ['curate-more', {}, 'must be one word'],
    ['extract', {}, 'there is already the stage extract'],
  ])('refuses the stage %s with %j', (name, options, told) => {
    expect(() => newStage(name, options)).toThrow(told);
  });

  test('writes nothing if a list no longer has the place for a new line', () => {
    const list = 'services/export/formats.ts';
    const before = read(list);
    writeFileSync(join(copy.folder, list), before.replace('] as const satisfies', '] satisfies'));
    const { exitCode, err } = make('export', 'second');
    writeFileSync(join(copy.folder, list), before);
    expect([exitCode, err]).toEqual([2, expect.stringContaining(`${list}: has no "] as const`)]);
    expect(() => read('services/export/formats/second.ts')).toThrow('ENOENT');
  });
});

describe('what new makes', () => {
  test(
    'compiles',
    () => {
      const { exitCode, out } = program('typescript/bin/tsc', '-p', '.');
      expect(out).toBe('');
      expect(exitCode).toBe(0);
    },
    checksMsMax,
  );

  test(
    'is formatted, and generated files are fresh',
    () => {
      const lint = program('@biomejs/biome/bin/biome', 'check', '--error-on-warnings');
      expect(lint.exitCode, lint.err).toBe(0);
      const generated = copy.node('scripts/generate.ts', '--check');
      expect(generated.exitCode, generated.err).toBe(0);
    },
    checksMsMax,
  );

  test(
    'passes its own tests and those of the repository',
    () => {
      const own = [
        'gates/line-endings',
        'formats/plain-text',
        'languages/starlark',
        'stages/curate',
      ];
      const house = [
        'decoys',
        'extract/stage',
        'runtime/stage',
        'runtime/cluster/progress',
        'schemas',
      ];
      // What is installed, and with which tools, no skeleton changes.
      const others = ['dependencies', 'toolchain', 'portability'].map((name) => `${name}.test.ts`);
      const rules = readdirSync(join(copy.folder, 'test/tidy'));
      expect(rules).toEqual(expect.arrayContaining(others));
      const tidy = rules
        .filter((name) => name.endsWith('.test.ts') && !others.includes(name))
        .map((name) => `tidy/${name}`);
      const { exitCode, out } = copy.node('scripts/test.ts', ...own, ...house, ...tidy);
      expect(exitCode, out).toBe(0);
    },
    checksMsMax,
  );
});
