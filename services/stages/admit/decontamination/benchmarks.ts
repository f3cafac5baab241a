/**
 * Reads the benchmark files that the user names: of JSON and JSON Lines every string is a text, of
 * any other file the whole. One that cannot be read or parsed is an error before anything starts.
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { PipelineError } from '../../../runtime/errors.ts';
import { BenchmarkRuns, runsMax } from './runs.ts';

export interface Benchmarks {
  /** The file name of the benchmark that the text shares a run of words with; null for none. */
  find(text: string): string | null;
}

export function readBenchmarks(paths: readonly string[]): Benchmarks | null {
  if (paths.length === 0) return null;
  const runs = new BenchmarkRuns();
  const names = paths.map((path) => basename(path));
  for (const [owner, path] of paths.entries()) {
    const before = runs.size;
    for (const text of textsOf(path, readText(path))) {
      runs.add(text, owner);
      if (runs.size > runsMax)
        throw unusable(path, `with the others exceeds ${runsMax} runs of words`);
    }
    if (runs.size === before) throw unusable(path, 'has no run of 13 words that the others lack');
  }
  return {
    find: (text) => {
      const owner = runs.find(text);
      return owner === null ? null : (names[owner] ?? null);
    },
  };
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw unusable(path, `cannot be read: ${(error as Error).message}`);
  }
}

function* textsOf(path: string, text: string): Generator<string> {
  if (/\.json$/i.test(path)) yield* stringsOf(parse(path, text, null));
  else if (!/\.(?:jsonl|ndjson)$/i.test(path)) yield text;
  else {
    for (const [at, line] of text.split('\n').entries()) {
      if (line.trim() !== '') yield* stringsOf(parse(path, line, at + 1));
    }
  }
}

function parse(path: string, text: string, line: number | null): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw unusable(path, line === null ? 'is not JSON' : `is not JSON in line ${line}`);
  }
}

/** Every string at any depth; nesting costs no stack. */
function* stringsOf(value: unknown): Generator<string> {
  const open: unknown[] = [value];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next === 'string') yield next;
    else if (typeof next === 'object' && next !== null) {
      // The last one is taken first, so that strings come in the order of the file.
      for (const part of Object.values(next).reverse()) open.push(part ?? 0);
    }
  }
}

function unusable(path: string, problem: string): PipelineError {
  return new PipelineError('CONFIG_INVALID', `admit.decontaminate: ${path} ${problem}`, {
    subject: 'admit.decontaminate',
  });
}
