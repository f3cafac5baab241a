/**
 * # 5. Add a stage
 *
 * A stage reads the records of one topic and writes records to others. Here we add the stage
 * `curate` between `admit` and `extract`: it drops repositories without any program, because their
 * trajectories would teach nobody to write one.
 *
 * The tutorial works in a copy of the repository, as 03-add-a-gate does.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { greeter } from '../samples/inputs/greeter.ts';
import { copyRepository, type RepositoryCopy } from '../samples/installed/repository-copy.ts';
import { writeFiles } from '../samples/write-files.ts';

const rule = 'services/stages/curate/curate.ts';
let copy: RepositoryCopy;

// Each command is a process of its own, and a busy machine may take a minute to run one.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

beforeAll(() => {
  copy = copyRepository();
});

afterAll(() => copy.remove());

/**
 * The new stage takes over the topic that `extract` reads, and writes one of its own, which
 * `extract` reads from then on. Its schema is a copy; change it where your records hold more.
 */
test('one command puts a stage into the flow', () => {
  const made = copy.node('scripts/new.ts', 'stage', 'curate', '--before', 'extract');
  expect(made.err).toBe('');
  expect(made.out).toContain(`wrote    services/stages/curate/README.md
wrote    services/stages/curate/config.ts
wrote    services/stages/curate/stage.ts
wrote    services/stages/curate/curate.ts
wrote    test/services/stages/curate/stage.test.ts
wrote    schemas/topics/repo-curated.avsc
wrote    schemas/examples/repo-curated.json
changed  schemas/topology.ts
changed  services/registry.ts
`);
});

/**
 * Two files of the program know the stage. `schemas/topology.ts` says what it reads and writes;
 * creation of topics, the types, the picture in the README and the files of Kubernetes derive from
 * it. `services/registry.ts` says where its code is. No stage knows another one.
 */
test('the picture of the graph has it', () => {
  const readme = copy.read('README.md');
  expect(readme).toContain('admit -- repo-admitted --> curate');
  expect(readme).toContain('curate -- repo-curated --> extract');
});

/**
 * `stage.ts` is wiring: which topic, which knobs, how many records at once. What the stage does is
 * in `curate.ts`, which is pure: no clock, no files, no network. It answers with outcomes, and the
 * runtime makes them durable. A drop is a record too, with a code of the closed list in
 * `services/runtime/error-codes.ts` and a sentence for a person.
 */
test('the rule is one function', () => {
  copy.edit(
    rule,
    `import { emit, type Outcome } from '../../runtime/outcomes.ts';
`,
    `import { rowOfPath } from '../../../schemas/languages/languages.ts';
import { drop, emit, type Outcome } from '../../runtime/outcomes.ts';
`,
  );
  copy.edit(
    rule,
    "  return [emit('repo-curated', body)];\n",
    `  const { files } = body.repository;
  if (!files.some(({ path }) => rowOfPath(path)?.kind === 'code')) {
    return [drop('NO_ADMISSIBLE_FILES', 'none of its files is a program')];
  }
  return [emit('repo-curated', body)];
`,
  );
  copy.edit(rule, 'as yet it passes every one on', 'one without a program is dropped');
});

/**
 * The test of the skeleton takes a record from `schemas/examples`, as the runtime would hand it
 * over. We add the case of our rule.
 */
test('a test of its own holds the rule', () => {
  const path = 'test/services/stages/curate/stage.test.ts';
  copy.edit(
    path,
    "test('curate names the repository",
    `test('curate drops a repository without a program', async () => {
  const repository = { ...body.repository, files: [] };
  const outcomes = await curate.handle({ ...record, body: { repository } }, tools);
  expect(outcomes).toMatchObject([{ kind: 'drop', reason: 'NO_ADMISSIBLE_FILES' }]);
});

test('curate names the repository`,
  );
  const tested = copy.node('scripts/test.ts', 'stages/curate');
  expect(tested.exitCode, tested.out + tested.err).toBe(0);
  expect(tested.out).toContain('3 passed, 0 failed');
});

/** Every run now goes through the stage, and the summary has the drop with its reason. */
test('a run drops what the stage drops', () => {
  const cache = join(copy.folder, '.cache');
  writeFiles(join(cache, 'greeter'), greeter);
  writeFiles(join(cache, 'notes'), { 'README.md': '# Notes\n\nOnly prose.\n' });
  const sources = [join(cache, 'greeter'), join(cache, 'notes')];
  const line = ['run', ...sources, '--out', join(cache, 'data'), '--search', 'off', '--json'];
  const run = copy.node('scripts/backstory.js', ...line);
  expect(run.exitCode, run.err).toBe(0);
  const { repositories } = JSON.parse(run.out) as { repositories: { dropped: unknown[] } };
  expect(repositories).toMatchObject({ found: 2, written: 1 });
  expect(repositories.dropped).toMatchObject([{ name: 'notes', reason: 'NO_ADMISSIBLE_FILES' }]);
});

/**
 * Learnt: a stage is a folder, a schema for the topic that it writes, an entry in the topology and
 * a line in the registry. The runtime does the rest: retries, dead letters, resuming, metrics.
 * Next: write the data in another form (06-add-an-export-format).
 */
