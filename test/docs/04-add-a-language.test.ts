/**
 * # 4. Add a language
 *
 * The stage `extract` reads what a file defines and which files it depends on. A file in a language
 * that it does not know is still used, but nobody knows what it depends on. Here we teach it
 * Starlark, the language of Bazel's build files. Starlark has Python's grammar, and a statement of
 * its own to import: `load("//lib:log.bzl", "log")`.
 *
 * The tutorial works in a copy of the repository, as 03-add-a-gate does.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { copyRepository, type RepositoryCopy } from '../samples/installed/repository-copy.ts';
import { type Files, writeFiles } from '../samples/write-files.ts';

const reader = 'services/stages/extract/languages/starlark/starlark.ts';
let copy: RepositoryCopy;

// Each command is a process of its own, and a busy machine may take a minute to run one.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

beforeAll(() => {
  copy = copyRepository();
});

afterAll(() => copy.remove());

/**
 * `--like python` lends the words and marks of a language that is known, and its grammar; another
 * grammar is named by `--grammar PACKAGE`, after `npm install --save-exact PACKAGE`.
 */
test('one command makes a reader, its test and a row', () => {
  const line = ['language', 'starlark', '--like', 'python', '--extension', '.bzl'];
  const made = copy.node('scripts/new.ts', ...line);
  expect(made.err).toBe('');
  expect(made.out).toContain(`wrote    ${reader}
wrote    test/services/stages/extract/languages/starlark/starlark.test.ts
changed  schemas/languages/parsed.ts
`);
});

/**
 * The row in `schemas/languages/parsed.ts` holds facts that any part of the program may use: how
 * files are called, what opens a comment, which words define something. Bazel's files have names
 * without an ending, so we add those.
 */
test('the row says what the files are called', () => {
  copy.edit(
    'schemas/languages/parsed.ts',
    "    extensions: ['.bzl'],\n",
    "    extensions: ['.bzl'],\n    fileNames: ['build', 'build.bazel', 'workspace'],\n",
  );
});

/**
 * The reader says what is read and where it leads. The skeleton knows definitions at the top of a
 * file and imports that name a path from the own folder. A label of Bazel is something else:
 * `//lib:log.bzl` counts from the root of the repository, and `:log.bzl` lies beside.
 */
test('the reader says where an import leads', () => {
  copy.edit(
    reader,
    "      const target = folder + fact.specifier.replace(/^\\.\\//, '');\n",
    '      const target = pathOf(fact.specifier, folder);\n',
  );
  copy.edit(
    reader,
    'function openResolver(',
    `/** \`//lib:log.bzl\` counts from the root, \`:log.bzl\` lies beside the file that loads it. */
function pathOf(label: string, folder: string): string {
  if (!label.startsWith('//')) return folder + label.replace(/^:/, '');
  return label.slice(2).replace(':', '/').replace(/^\\//, '');
}

function openResolver(`,
  );
});

/**
 * The test that came with the reader already holds two things that are easily lost: a file that
 * only ends like the import gives no edge, and a missing file is external. We add our own rule.
 */
test('a test of its own holds the rule', () => {
  const path = 'test/services/stages/extract/languages/starlark/starlark.test.ts';
  copy.edit(
    path,
    "describe('starlark', () => {\n",
    `describe('starlark', () => {
  test('a label counts from the root', async () => {
    const main = 'load("//lib:log.bzl", "log")\\nload(":own.bzl", "own")\\n';
    const files = { 'lib/log.bzl': '', 'app/own.bzl': '', 'app/BUILD': main };
    expect(await edgesOf(files)).toEqual([
      'app/BUILD -> app/own.bzl [import]',
      'app/BUILD -> lib/log.bzl [import]',
    ]);
  });

`,
  );
  const tested = copy.node('scripts/test.ts', 'languages/starlark', 'tidy/parsed-languages');
  expect(tested.exitCode, tested.out + tested.err).toBe(0);
});

/**
 * `structure` shows what extract knows of a folder without a run. `BUILD` has no Python in it, and
 * yet its call is written after the file that it loads.
 */
test('a run reads what the file depends on first', () => {
  const source = join(copy.folder, '.cache/rules');
  writeFiles(source, bazelRules);
  const shown = copy.node('scripts/backstory.js', 'structure', source, '--json');
  expect(shown.exitCode, shown.err).toBe(0);
  expect(JSON.parse(shown.out)).toMatchObject({
    edges: [{ from: 'app/BUILD', to: 'lib/log.bzl', kind: 'import' }],
    order: ['lib/log.bzl', 'app/BUILD'],
  });
  const out = join(copy.folder, '.cache/data');
  const run = copy.node('scripts/backstory.js', 'run', source, '--out', out, '--search', 'off');
  expect(run.exitCode, run.err).toBe(0);
  const told = copy.node('scripts/backstory.js', 'inspect', out, 'rules', '--json').out;
  const { segments } = JSON.parse(told) as { segments: { kind: string; path: string | null }[] };
  const steps = segments.filter(({ kind }) => kind === 'read' || kind === 'write');
  expect(steps.map(({ kind, path }) => `${kind} ${path}`)).toEqual([
    'write lib/log.bzl',
    'read lib/log.bzl',
    'write app/BUILD',
  ]);
});

const bazelRules: Files = {
  'lib/log.bzl': 'def log(text):\n    """Prints a text while loading."""\n    print(text)\n',
  'app/BUILD': 'load("//lib:log.bzl", "log")\n\nlog("loaded")\n',
};

/**
 * Learnt: a language is a row, which says what its files look like, and a reader, which says what
 * they define and where their imports lead. `npm run generate` adds the reader to the list. A
 * language that is on changes the bytes of outputs, so raise the version of `extract` in
 * `schemas/topology.ts`. Next: change what flows through the program (05-add-a-stage).
 */
