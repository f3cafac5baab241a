/** The list of kinds of scorers, from which knob and command line derive. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { scorerKnobs } from '../../../services/scorer/config.ts';
import { openScorer, scorerKinds, scorers } from '../../../services/scorer/open.ts';
import { installToyLibrary } from './llama/toy-library.ts';

test('the knob accepts every kind and describes each', () => {
  const { kind } = scorerKnobs.shape;
  expect(kind.unwrap().options).toEqual(scorerKinds);
  for (const name of scorerKinds) {
    expect(kind.description).toContain(`${name}: ${scorers[name].about}`);
  }
});

test('a scorer is opened under the name of its kind', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'backstory-scorers-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  installToyLibrary(folder);
  const file = join(folder, 'm.gguf');
  writeFileSync(file, '{}');
  const endpoint = { url: 'http://localhost:9/v1', model: `m@${'0'.repeat(12)}` };
  const own = { ...endpoint, file, libraryFolder: folder };
  for (const kind of scorerKinds) {
    const scorer = await openScorer(scorerKnobs.parse({ kind, ...own }), {});
    expect(scorer.identity.name).toBe(kind);
    await scorer.close();
  }
});
