/** Pairs for DPO: of one run, without a further call, and bound to what the shards hold. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Candidate } from '../../../schemas/generated/types.ts';
import { pairsOf } from '../../../services/export/pairs.ts';
import { runLine } from '../cli/terminal.ts';

const step = (kind: 'think' | 'write', text: string | null = null) => ({
  ...({ kind, text, path: kind === 'write' ? 'a.ts' : null, fromLine: 0, toLine: 0 } as const),
});
const candidate = (round: number, outcome: string, bits: number | null, text: string | null) =>
  ({ thought: 0, round, ordinal: 0, outcome, bits, textBytes: 0, text }) satisfies Candidate;
const searched = (kept: string, candidates: Candidate[], writes = 1) =>
  ({
    trace: { steps: [step('think', 'first'), step('write')] },
    thought: {
      steps: [step('think', kept), ...Array.from({ length: writes }, () => step('write'))],
      search: { bitsBefore: 100, candidates },
    },
  }) as never;
const told = (file: never) =>
  pairsOf(file).map(({ chosen, rejected }) => [
    ...[chosen.text, chosen.bits, rejected.text, rejected.bits, rejected.outcome],
  ]);

describe('pairs', () => {
  const all = [
    candidate(0, 'accepted', 90, 'a'),
    candidate(0, 'not-better', 120, 'b'),
    candidate(1, 'leak', null, null),
    candidate(1, 'accepted', 80, 'c'),
    candidate(2, 'not-better', 79.5, 'd'),
  ];
  test('what was kept stands against all that lost to it, and never against fewer bits', () => {
    expect(told(searched('c', all))).toEqual([
      ['c', 80, 'first', 100, 'first'],
      ['c', 80, 'a', 90, 'accepted'],
      ['c', 80, 'b', 120, 'not-better'],
    ]);
  });

  test('a first thought that stood is chosen; in a file of several writes its bits are not known', () => {
    const losing = all.filter(({ outcome }) => outcome !== 'accepted');
    expect(told(searched('first', losing))).toEqual([['first', 100, 'b', 120, 'not-better']]);
    expect(told(searched('first', losing, 2))).toEqual([]);
    expect(told(searched('c', all, 2))).toEqual([
      ['c', 80, 'a', 90, 'accepted'],
      ['c', 80, 'b', 120, 'not-better'],
    ]);
  });

  test('a log without texts gives none', () => {
    const bare = all.map((each) => ({ ...each, text: null }));
    expect(told(searched('c', bare))).toEqual([]);
  });
});

describe('export --format preferences', () => {
  let folder: string;
  let out: string;
  const line = (...words: string[]) => runLine(words, { workingFolder: folder });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'preferences-'));
    out = join(folder, 'out');
    mkdirSync(join(folder, 'bank'));
    const source = (path: string) =>
      readFileSync(new URL(`../../../services/${path}`, import.meta.url), 'utf8');
    writeFileSync(join(folder, 'bank/sum.ts'), source('stages/search/exact-sum.ts'));
    writeFileSync(join(folder, 'bank/retry.ts'), source('runtime/retry.ts'));
    const licence = 'ISC License\n\nPermission to use, copy, modify, and/or distribute this\n';
    writeFileSync(join(folder, 'bank/NOTICE'), licence);
    const run = await line('run', join(folder, 'bank'), '--out', out);
    expect(run.exitCode, run.err).toBe(0);
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('prompt and chosen join to the trajectory, and the gap is that of the scores', async () => {
    const to = join(folder, 'pairs');
    const { exitCode, err } = await line('export', out, '--format', 'preferences', '--to', to);
    expect(exitCode, err).toBe(0);
    await line('export', out, '--format', 'jsonl', '--to', join(folder, 'texts'));
    const rowsIn = (path: string) =>
      readFileSync(join(folder, path), 'utf8')
        .trimEnd()
        .split('\n')
        .map((row) => JSON.parse(row));
    const [document] = rowsIn('texts/documents/shard.00000.jsonl');
    const rows = rowsIn('pairs/pairs/shard.00000.jsonl');
    expect(rows.length).toBeGreaterThan(1);
    expect(readFileSync(join(to, 'README.md'), 'utf8')).toContain('pairs/*.jsonl');
    for (const row of rows) {
      expect(document.text).toContain(row.prompt + row.chosen);
      expect(row.prompt).toMatch(/^@@@ file "[\w./]+"\n[\s\S]*\n@@@ think\n$/);
      expect(row.score_gap).toBe(row.score_chosen - row.score_rejected);
      expect(row.score_gap).toBeGreaterThan(0);
      expect(row.rejected).not.toBe(row.chosen);
    }
  });

  test('without the log of the run it says so, and writes nothing', async () => {
    const copy = join(folder, 'copy');
    cpSync(out, copy, { recursive: true });
    rmSync(join(copy, 'log'), { recursive: true });
    const to = join(folder, 'none');
    const { exitCode, err } = await line('export', copy, '--format', 'preferences', '--to', to);
    expect(exitCode).toBe(2);
    expect(err).toContain('OUTPUT_MISSING');
    expect(err).toContain('log');
  });
});
