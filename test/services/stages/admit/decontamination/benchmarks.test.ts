/** Which files share a run of 13 words with a benchmark. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { admitArchive } from '../../../../../services/stages/admit/admit-archive.ts';
import { admitKnobs } from '../../../../../services/stages/admit/config.ts';
import { readBenchmarks } from '../../../../../services/stages/admit/decontamination/benchmarks.ts';
import { BenchmarkRuns } from '../../../../../services/stages/admit/decontamination/runs.ts';
import { noFacts } from '../../../../../services/stages/admit/gate.ts';
import { gates } from '../../../../../services/stages/admit/gates.ts';
import { tgz } from '../hostile-archives.ts';

const folder = mkdtempSync(join(tmpdir(), 'benchmarks-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

const find = (text: string, ...paths: readonly string[]) =>
  readBenchmarks(paths)?.find(text) ?? null;

const task =
  'def below_zero(operations):\n    """You are given a list of deposit and withdrawal operations ' +
  'on a bank account that starts with zero balance."""\n';
const solution =
  'balance = 0\nfor op in operations:\n    balance += op\n    if balance < 0:\n        return True\n';
const human = () => {
  const line = { task_id: 'HumanEval/3', prompt: task, tests: [{ code: solution }] };
  return file('HumanEval.jsonl', `${JSON.stringify(line)}\n\n`);
};

describe('a benchmark in JSON Lines', () => {
  test('is found by 13 words in a row of any of its strings, in any layout', () => {
    const copy =
      '# You are given: a LIST of deposit, and withdrawal\n# operations on a bank-account';
    expect(find(copy, human())).toBe('HumanEval.jsonl');
    expect(find(copy.replace('list', 'set').replace('LIST', 'SET'), human())).toBe(null);
    expect(find(copy.replace('a bank-account', 'an'), human())).toBe(null);
    expect(find(`x = 1\n${solution}`, human())).toBe('HumanEval.jsonl');
  });

  test('is not found across the border of two strings', () => {
    const border = 'account that starts with zero balance balance 0 for op in operations balance';
    expect(find(border, human())).toBe(null);
  });
});

const shared = 'write a function to find the shared elements from the given two lists';

test('of several benchmarks the one that has the first shared run is named', () => {
  const other = file('mbpp.txt', `Task 2: ${shared} of numbers.`);
  const text = `${solution}\n# ${shared}\n`;
  expect(find(text, other, human())).toBe('HumanEval.jsonl');
  expect(find(text.toUpperCase(), human(), other)).toBe('HumanEval.jsonl');
  expect(find(text, other)).toBe('mbpp.txt');
});

test('a benchmark that cannot be used is an error that names it', () => {
  expect(() => readBenchmarks([join(folder, 'none.jsonl')])).toThrow(/none\.jsonl cannot be read/);
  const torn = file('torn.jsonl', '{"a": "b"}\n{"a": "b');
  expect(() => readBenchmarks([torn])).toThrow(/torn\.jsonl is not JSON in line 2/);
  const short = file('short.json', '["too short to be told from others"]');
  expect(() => readBenchmarks([short])).toThrow(/short\.json has no run of 13 words/);
  expect(readBenchmarks([])).toBe(null);
});

test('many runs are told apart, and each belongs to the benchmark that had it first', () => {
  const runs = new BenchmarkRuns();
  const words = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, at) => `w${from + at}`).join(' ');
  runs.add(words(0, 20_000), 0);
  runs.add(words(10_000, 40_000), 1);
  expect(runs.size).toBe(40_000 - 12);
  expect(runs.find(words(15_000, 15_013))).toBe(0);
  expect(runs.find(words(30_000, 30_013))).toBe(1);
  expect(runs.find(words(50_000, 90_000))).toBe(null);
});

test('the file is left out, with the benchmark as detail, and the others stay', async () => {
  const archive = tgz([
    { name: 'r/solutions.py', body: task + solution },
    { name: 'r/own.py', body: 'print(1)\n' },
  ]);
  const config = admitKnobs.parse({ decontaminate: [human()] });
  const facts = { ...noFacts, benchmarks: readBenchmarks(config.decontaminate) };
  const repository = { name: 'r', origin: 'r', format: 'tgz' as const, archive };
  const { files, skipped } = await admitArchive(repository, config, gates, facts);
  expect(files.map(({ path }) => path)).toEqual(['own.py']);
  expect(skipped).toEqual([
    { path: 'solutions.py', reason: 'contaminated', detail: 'HumanEval.jsonl' },
  ]);
});
