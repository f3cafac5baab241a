/** `report` over real outputs: numbers by hand, whole examples, and nothing changed. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readFileGains } from '../../../../../services/dataset/run-log/gains.ts';
import type { QualityReport } from '../../../../../services/quality/report.ts';
import { makeOutput } from '../../../../samples/export-output.ts';
import { createHarness, type Harness } from '../../../../samples/sink-harness.ts';
import { runLine } from '../../terminal.ts';

const workingFolder = mkdtempSync(join(tmpdir(), 'backstory-report-'));
const at = (...path: string[]) => join(workingFolder, ...path);
const report = (...argv: string[]) => runLine(['report', ...argv], { workingFolder });

const script = '<script>alert(1)</script>';
const code = (name: string) =>
  `"""Counts ${name}. ${script}"""\n\n\ndef ${name}(items, limit):\n    total = 0\n    for item in items:\n        total += item if item < limit else limit\n    return total\n`;

let harness: Harness;
let finished: QualityReport;

beforeAll(async () => {
  harness = await createHarness();
  process.chdir(workingFolder);
  mkdirSync(at('counter'));
  writeFileSync(at('counter/apples.py'), code('apples'));
  writeFileSync(at('counter/pears.py'), `from apples import apples\n\n${code('pears')}`);
  const run = await runLine(['run', 'counter', '--out', 'data'], { workingFolder });
  expect(run.exitCode, run.err).toBe(0);
  finished = await json('data', '--html', 'page.html');
});

afterAll(async () => {
  process.chdir(tmpdir());
  rmSync(workingFolder, { recursive: true, force: true });
  await harness.remove();
});

async function json(...argv: string[]): Promise<QualityReport> {
  const { exitCode, out, err } = await report(...argv, '--json');
  expect(exitCode, err).toBe(0);
  return JSON.parse(out) as QualityReport;
}

describe('report of a finished run', () => {
  test('counts what inspect shows', async () => {
    const [sample] = JSON.parse(
      (await runLine(['inspect', 'data', '--json'], { workingFolder })).out,
    ).samples as { tokens: number; trainedTokens: number }[];
    expect(finished).toMatchObject({
      report: 1,
      closed: true,
      trajectories: 1,
      incompleteTrajectories: 0,
      files: 2,
      tokens: sample?.tokens,
      trainedTokens: sample?.trainedTokens,
      lengths: { trajectory: { count: 1, sum: sample?.tokens }, write: { count: 2 } },
      symbols: { announced: { of: 2, found: 2, share: 1 } },
    });
    const kinds = ['read', 'think', 'write'] as const;
    const steps = kinds.reduce((sum, kind) => sum + (finished.lengths[kind]?.count ?? 0), 0);
    expect(finished.steps).toBe(steps);
    // One file reads the other, and each has its thought and its write.
    expect(finished.steps).toBe(5);
  });

  test('the log tells how many thoughts the search rewrote, and what was refused', async () => {
    // A rewrite is kept only where the code then needs fewer bits, and a file has one thought.
    const { found: gains } = await readFileGains(at('data'), 'counter');
    const fallen = [...(gains?.values() ?? [])].filter((file) => file.bitsAfter < file.bitsBefore);
    const share = fallen.length / 2;
    expect(finished.rewritten).toEqual({ of: 2, found: fallen.length, share });
    expect(finished.refused).not.toBeNull();
    expect(finished.untold.join()).not.toContain('refused answers');
  });

  test('the terminal view names each measure', async () => {
    const { out } = await report('data');
    expect(out).toContain('runs of 13 words said before in the document');
    expect(out).toContain('(reference 0.203 %)');
    expect(out).toContain('definitions named by the thought before them    100.0 % (2 of 2)');
  });

  test('the page shows whole examples, and no script of the repository', () => {
    const page = readFileSync(at('page.html'), 'utf8');
    expect(page).not.toContain('<script');
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page).toContain('        total += item if item &lt; limit else limit');
  });
});

describe('report refuses', () => {
  test('a page inside the output', async () => {
    const { exitCode, err } = await report('data', '--html', 'data/run.json');
    expect(exitCode).toBe(2);
    expect(err).toContain('error USAGE');
    expect(err).toContain('name a file elsewhere after --html');
    expect(JSON.parse(readFileSync(at('data/run.json'), 'utf8'))).toHaveProperty('runId');
  });

  test('a page where nothing can be written', async () => {
    const { exitCode, err } = await report('data', '--html', 'no/such/folder/page.html');
    expect(exitCode).toBe(2);
    expect(err).toContain('error OUTPUT_UNWRITABLE');
    expect(existsSync(at('no'))).toBe(false);
  });

  test('a folder that holds no output', async () => {
    const { exitCode, err } = await report('counter');
    expect(exitCode).toBe(2);
    expect(err).toContain('error OUTPUT_MISSING');
  });
});

test('of a growing output, what is in shards counts, and the rest is said', async () => {
  const { out } = await makeOutput(harness, 'growing', { repositories: 14, closed: false });
  const found = await json(out);
  expect(found.closed).toBe(false);
  expect(found.trajectories).toBeGreaterThan(0);
  expect(found.trajectories + found.incompleteTrajectories).toBeLessThanOrEqual(14);
  expect(found.rewritten).toBeNull();
  expect(found.untold.join()).toContain(
    'refused answers, finish reasons and rewritten thoughts, because',
  );
  expect((await report(out)).out).toContain('still grows');
});
