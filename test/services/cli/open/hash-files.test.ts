/** The bytes of the files that knobs name are part of what a run is. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { hashWithFiles } from '../../../../services/cli/open/hash-files.ts';
import { sections } from '../../../../services/registry.ts';
import { noSources, resolveConfiguration } from '../../../../services/runtime/config/resolve.ts';

const folder = mkdtempSync(join(tmpdir(), 'hash-files-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const path = join(folder, 'tasks.jsonl');

function hashOf(sets: readonly string[]): Promise<string> {
  const { hash, values } = resolveConfiguration(sections, { ...noSources, sets });
  return hashWithFiles(hash, values);
}

test.each([
  ['a benchmark', `admit.decontaminate=[${path}]`],
  ['a model', `scorer.file=${path}`],
])('other bytes of %s are another configuration', async (_file, set) => {
  const sets = [set];
  writeFileSync(path, '{"task": "one"}\n');
  const first = await hashOf(sets);
  expect(await hashOf(sets)).toBe(first);
  writeFileSync(path, '{"task": "two"}\n');
  expect(await hashOf(sets)).not.toBe(first);
  expect(await hashOf([])).toBe(resolveConfiguration(sections, noSources).hash);
});

test('a benchmark that is not there is named before anything starts', async () => {
  await expect(hashOf([`admit.decontaminate=[${path}.gone]`])).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining('tasks.jsonl.gone cannot be read'),
  });
});
