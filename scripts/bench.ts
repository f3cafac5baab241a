/**
 * `npm run bench -- NAME [--json]`: runs scripts/bench/NAME.ts and prints its figures, with --json
 * one JSON line each. Figures of a shared machine are magnitudes; compare runs of the same minute.
 */
import { readdirSync } from 'node:fs';

/** One figure. `baseline` is the figure to compare with, in the same unit, or null. */
export interface Figure {
  readonly metric: string;
  readonly value: number;
  readonly unit: string;
  readonly baseline?: number | null;
}

export type Report = (figure: Figure) => void;

export interface Benchmark {
  readonly run: (report: Report) => Promise<void>;
}

/** The JSON line of a figure; `ratio` is value divided by baseline. */
export function figureLine(bench: string, { metric, value, unit, baseline = null }: Figure) {
  const ratio = baseline === null || baseline === 0 ? null : value / baseline;
  return { bench, metric, value, unit, baseline, ratio };
}

function availableNames(): string[] {
  return readdirSync(new URL('bench/', import.meta.url))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.slice(0, -'.ts'.length))
    .sort();
}

async function main(): Promise<void> {
  const json = process.argv.includes('--json');
  const [name] = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
  const names = availableNames();
  if (name === undefined || !names.includes(name)) {
    console.error(`usage: npm run bench -- NAME [--json]; NAME is one of ${names.join(', ')}`);
    process.exitCode = 2;
    return;
  }
  const { run } = (await import(`./bench/${name}.ts`)) as Benchmark;
  await run((figure) => {
    const line = figureLine(name, figure);
    if (json) {
      console.log(JSON.stringify(line));
      return;
    }
    const value = Number(line.value.toPrecision(4)).toString();
    const ratio = line.ratio === null ? '' : `  ${line.ratio.toFixed(2)} × baseline`;
    console.log(`${line.metric.padEnd(44)} ${value.padStart(12)} ${line.unit}${ratio}`);
  });
}

if (import.meta.main) await main();
