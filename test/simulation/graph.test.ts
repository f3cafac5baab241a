/**
 * The whole graph in one process under seeded faults: deaths between any two effects, duplicated
 * produces, partitions that overtake each other. I5 and I6: the output equals the undisturbed
 * run's, byte for byte, and every input ends once. A failing seed is in the test's name.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyOutput } from '../../services/dataset/verify/verify.ts';
import type { RunSummary } from '../../services/registry.ts';
import { differences, outputHashes } from '../soak/compare-outputs.ts';
import { seededRandom } from './random.ts';
import { writeRepositories } from './repositories.ts';
import { runGraph, runGraphWithFaults, writeByteTokenizer } from './run-graph.ts';

const seeds = [1, 2, 3, 4];

describe('whole graph', () => {
  let folder: string;
  let sources: string[];
  let tokenizer: string;
  let undisturbed: RunSummary;
  let expected: Map<string, string>;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'backstory-simulation-'));
    sources = writeRepositories(join(folder, 'sources'));
    tokenizer = writeByteTokenizer(folder);
    const corrupt = join(folder, 'sources', 'corrupt.tar.gz');
    writeFileSync(corrupt, 'this is no archive');
    sources.splice(1, 0, corrupt);
    const outputFolder = join(folder, 'undisturbed');
    undisturbed = await runGraph({ outputFolder, sources, tokenizer });
    expected = outputHashes(outputFolder);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('ends every input once: three trajectories and one drop', async () => {
    expect(undisturbed.repositories).toMatchObject({
      found: 4,
      written: 3,
      dropped: [{ name: 'corrupt', reason: 'ARCHIVE_CORRUPT', disposition: 'drop' }],
    });
    expect(undisturbed.deadLetters).toBe(0);
    expect(undisturbed.shards).toBeGreaterThan(1);
    await verifyOutput(join(folder, 'undisturbed'));
  });

  it('makes the same bytes in a second run', async () => {
    const outputFolder = join(folder, 'again');
    await runGraph({ outputFolder, sources, tokenizer });
    expect(differences(expected, outputHashes(outputFolder))).toEqual([]);
  });

  it('does nothing more when a finished run is repeated', async () => {
    const outputFolder = join(folder, 'undisturbed');
    const summary = await runGraph({ outputFolder, sources, tokenizer });
    expect(summary).toMatchObject({ resumed: true, tokens: undisturbed.tokens });
    expect(differences(expected, outputHashes(outputFolder))).toEqual([]);
  });

  it.each(seeds)('I5, I6: equals the undisturbed run under faults of seed %i', async (seed) => {
    const outputFolder = join(folder, `seed-${seed}`);
    const deaths = await runGraphWithFaults(
      { outputFolder, sources, tokenizer },
      seededRandom(seed),
    );
    expect(deaths).toBeGreaterThan(0);
    expect(differences(expected, outputHashes(outputFolder))).toEqual([]);
    await verifyOutput(outputFolder);
  });
});
