/**
 * How soon the server has answers that are much work, without a browser, and how long another
 * question waits at most meanwhile: the cores are those of the server alone then.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { FileView } from '../../../services/ui/api.ts';
import type { Report } from './frames.ts';
import type { ServedLong } from './serve-long.ts';

const lookEveryMs = 3;

/** Resolves to the longest wait of another question in milliseconds. */
export async function answerTimes(served: ServedLong, report: Report): Promise<number> {
  const { address, name } = served;
  const ask = async (question: string, parameters: Readonly<Record<string, string>>) => {
    const response = await fetch(`${address}api/${question}?${new URLSearchParams(parameters)}`);
    return response.json();
  };
  const { paths } = (await ask('file', { out: '0', name })) as FileView;
  const middle = paths[paths.length >> 1] ?? '';
  const many = (change: Readonly<Record<string, string>>) => ({ out: '2', ...change });
  const id = served.trajectory.split('/').at(-1) ?? '';
  const questions = [
    ['a million by tokens', 'samples', many({ sort: 'tokens' })],
    ['a million by name', 'samples', many({ sort: 'name' })],
    ['a million filtered', 'samples', many({ q: '77' })],
    ['a million summed', 'totals', many({})],
    ['a file in the middle', 'file', { out: '0', name, path: middle }],
    ['a beginning', 'opening', { out: '0', id }],
    ['a whole trajectory', 'trajectory', { out: '0', id }],
  ] as const;
  const longest: number[] = [];
  for (const [what, question, parameters] of questions) {
    const stop = new AbortController();
    const others = askMeanwhile(() => ask('outputs', {}), stop.signal);
    const from = performance.now();
    await ask(question, parameters);
    report(`answer: ${what}`, performance.now() - from, 'ms');
    stop.abort();
    const waitedMs = await others;
    report('  others wait at most', waitedMs, 'ms');
    longest.push(waitedMs);
  }
  return Math.max(...longest);
}

async function askMeanwhile(ask: () => Promise<unknown>, signal: AbortSignal): Promise<number> {
  let longest = 0;
  while (!signal.aborted) {
    const from = performance.now();
    await ask();
    longest = Math.max(longest, performance.now() - from);
    await wait(lookEveryMs);
  }
  return longest;
}
