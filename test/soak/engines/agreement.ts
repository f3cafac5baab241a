/** How far an engine's bits are from those of plain transformers. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ScoreRequest, Scorer } from '../../../services/ports/scorer.ts';
import { queueFiles } from '../small-model/queue.ts';

const script = fileURLToPath(new URL('reference.py', import.meta.url));

/** Code of a small library after some of its other files; one thought of three tells something. */
export const requests: readonly ScoreRequest[] = [
  {
    context: `${queueFiles['README.md']}\n${queueFiles['src/node.ts']}\n`,
    thoughts: [
      '',
      'A queue with a head and a size, which refuses values above its limit.\n',
      'The months have names and numbers of days.\n',
    ],
    target: queueFiles['src/queue.ts'] ?? '',
  },
  {
    context: `${queueFiles['src/queue.ts']}\n`,
    thoughts: [
      '',
      'Pushes values into the queue until it is full and counts them.\n',
      'Überschriften: ∑ 加 🜁, and nothing of the kind.\n',
    ],
    target: queueFiles['tools/fill.ts'] ?? '',
  },
  {
    context: 'def describe(first, second):\n',
    thoughts: ['', 'Says what both are, with their sum.\n', 'const return function\n'],
    target:
      '    total = first + second  # naïve: ∑ 加 🜁\n    return f"{first} + {second} = {total}"\n',
  },
];

/** Nats of each token, by request and thought. */
export type Nats = readonly (readonly (readonly number[])[])[];

export function referenceNats(python: string, folder: string): Nats {
  const input = JSON.stringify(requests);
  const output = execFileSync(python, [script, folder], { input, maxBuffer: 2 ** 26 });
  return JSON.parse(output.toString()) as Nats;
}

export interface Tolerance {
  /** Of one token, and of the mean over all tokens of a code, in nats. */
  readonly token: number;
  readonly mean: number;
}

export interface Agreement {
  readonly engine: string;
  readonly tokens: number;
  readonly token: number;
  readonly mean: number;
  /** Requests of which the same thought is the best one. */
  readonly sameBest: number;
  readonly seconds: number;
  readonly holds: boolean;
}

/** Throws where an engine gives no bits, or has other tokens. */
export async function compare(
  engine: string,
  scorer: Scorer,
  expected: Nats,
  tolerance: Tolerance,
): Promise<Agreement> {
  const problem = await scorer.check();
  if (problem !== null) throw new Error(`${engine}: ${problem}`);
  const started = performance.now();
  const { signal } = new AbortController();
  let [tokens, token, mean, sameBest] = [0, 0, 0, 0];
  for (const [at, request] of requests.entries()) {
    const scored = (await scorer.scoreTokens?.(request, signal)) ?? [];
    const found = scored.map((each) => (each?.tokens ?? []).map(({ bits }) => -bits * Math.LN2));
    const wanted = expected[at] ?? [];
    for (const [which, values] of wanted.entries()) {
      const own = found[which] ?? [];
      if (own.length !== values.length) {
        throw new Error(`${engine} has ${own.length} tokens, and transformers ${values.length}`);
      }
      const gaps = values.map((value, row) => (own[row] ?? Number.NaN) - value);
      tokens += gaps.length;
      token = Math.max(token, ...gaps.map(Math.abs));
      mean = Math.max(mean, Math.abs(sum(gaps)) / gaps.length);
    }
    if (best(found) === best(wanted)) sameBest += 1;
  }
  const seconds = (performance.now() - started) / 1000;
  const holds = token <= tolerance.token && mean <= tolerance.mean && sameBest === requests.length;
  return { engine, tokens, token, mean, sameBest, seconds, holds };
}

function best(nats: readonly (readonly number[])[]): number {
  const sums = nats.map(sum);
  return sums.indexOf(Math.max(...sums));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, each) => total + each, 0);
}
