/**
 * # 3. Add a gate
 *
 * A gate is a rule of the stage `admit`. It keeps a file out, keeps a whole repository out, or
 * replaces parts of a file. Here we add one that respects authors who do not want their files to be
 * used: a file that says "do not train" near its top is left out.
 *
 * You would work in your clone of this repository. The tutorial works in a copy of it, so that your
 * clone stays as it is: `copy.node('scripts/new.ts', …)` is what `npm run new -- …` does, and
 * `copy.edit(…)` is what you do in your editor.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { greeter } from '../samples/inputs/greeter.ts';
import { copyRepository, type RepositoryCopy } from '../samples/installed/repository-copy.ts';
import { writeFiles } from '../samples/write-files.ts';

let copy: RepositoryCopy;

// Each command is a process of its own, and a busy machine may take a minute to run one.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

beforeAll(() => {
  copy = copyRepository();
  mkdirSync(join(copy.folder, '.cache'), { recursive: true });
});

afterAll(() => copy.remove());

/**
 * `npm run new -- gate do-not-train` writes a gate that works, with its test, and puts its name
 * into the list of gates. The order of that list is the order in which the gates are asked.
 */
test('one command makes a gate and its test', () => {
  const made = copy.node('scripts/new.ts', 'gate', 'do-not-train');
  expect(made.err).toBe('');
  expect(made.out).toContain(`wrote    services/stages/admit/gates/do-not-train.ts
wrote    test/services/stages/admit/gates/do-not-train.test.ts
changed  services/stages/admit/gates.ts
`);
});

/**
 * Open `services/stages/admit/gates/do-not-train.ts`. It declares the gate in one object: its name,
 * its knob, and every reason that it may give. The types hold you to them: an answer that is not
 * declared does not compile. `services/stages/admit/gate.ts` says what else a gate may be asked.
 *
 * The rule is the last function of the file. The skeleton looks for its own name in the first line.
 * We want other words, and five lines, because a licence or a `#!` often comes first.
 */
test('the rule is one function', () => {
  copy.edit(
    'services/stages/admit/gates/do-not-train.ts',
    `  const [firstLine = ''] = text.split('\\n', 1);
  return /\\bdo-not-train\\b/.test(firstLine);
`,
    `  const top = text.split('\\n', 5).join('\\n');
  return /\\bdo not train\\b/i.test(top);
`,
  );
  // The two sentences that people read say what the rule does.
  copy.edit(
    'services/stages/admit/gates/do-not-train.ts',
    'files whose first line has the mark `do-not-train`',
    'files that say "do not train" in their first five lines',
  );
  copy.edit(
    'services/stages/admit/gates/do-not-train.ts',
    'Files whose first line has the mark do-not-train: admitted by default.',
    'Files that say "do not train" in their first five lines: admitted by default.',
  );
});

/**
 * The test of the skeleton is a table: a name, a text, and the reason or null. Our rule needs other
 * rows. `npm test -- gates/do-not-train` runs this file alone.
 */
test('a row of the test says what the rule does', () => {
  const path = 'test/services/stages/admit/gates/do-not-train.test.ts';
  copy.edit(
    path,
    "'// do-not-train\\nint a;\\n', 'do-not-train'",
    "'#!/bin/sh\\n# Do not train\\n', 'do-not-train'",
  );
  copy.edit(
    path,
    "'int a;\\n// do-not-train\\n', null",
    "'\\n\\n\\n\\n\\n// do not train\\n', null",
  );
  const tested = copy.node('scripts/test.ts', 'gates/do-not-train');
  expect(tested.exitCode, tested.out + tested.err).toBe(0);
  expect(tested.out).toContain('5 passed, 0 failed');
});

/**
 * A run with the knob on uses the gate. The summary counts the file under the gate's reason: the
 * program never leaves anything out without a word.
 */
test('a run leaves the file out and says so', () => {
  const source = join(copy.folder, '.cache/greeter');
  writeFiles(source, { ...greeter, 'diary.py': '# Do not train on this file.\nmood = "fine"\n' });
  const run = (...options: string[]) => {
    const out = join(copy.folder, '.cache', options.length === 0 ? 'admitted' : 'skipped');
    const line = ['run', source, '--out', out, '--search', 'off', '--json', ...options];
    const { exitCode, out: told, err } = copy.node('scripts/backstory.js', ...line);
    expect(exitCode, err).toBe(0);
    return JSON.parse(told) as { files: number; skippedFiles: Record<string, number> };
  };
  expect(run()).toMatchObject({ files: 4, skippedFiles: {} });
  expect(run('--set', 'admit.doNotTrain=skip')).toMatchObject({
    files: 3,
    skippedFiles: { 'do-not-train': 1 },
  });
});

/**
 * The words of the gate stand in two generated pages: the table of gates in admit's README and the
 * list of knobs. `npm run generate` writes them again; `npm run check` fails until then.
 */
test('the reference pages follow the code', () => {
  const stale = copy.node('scripts/generate.ts', '--check');
  expect(stale.exitCode).toBe(1);
  expect(copy.node('scripts/generate.ts').exitCode).toBe(0);
  expect(copy.read('services/stages/admit/README.md')).toContain('say "do not train"');
  expect(copy.read('schemas/reference/knobs.md')).toContain('| `doNotTrain` |');
});

/**
 * Learnt: a gate is one file and one line in a list; knob, help and tables derive from it. A gate
 * that is on by default changes the bytes of every output, so it also raises the version of `admit`
 * in `schemas/topology.ts`. Next: read another language (04-add-a-language).
 */
