/**
 * `npm run bench -- NAME [--json]`: runs scripts/bench/NAME.ts or scripts/bench/NAME/bench.ts and
 * prints its figures, with --json one JSON line each. Figures of a shared machine are magnitudes;
 * compare runs of the same minute.
 */
import { existsSync, readdirSync } from 'node:fs';

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

/** The file of each benchmark by its name. */
function available(): ReadonlyMap<string, string> {
  const folder = new URL('bench/', import.meta.url);
  const files = readdirSync(folder).sort();
  return new Map(
    files.flatMap((name): [string, string][] => {
      if (name.endsWith('.ts')) return [[name.slice(0, -'.ts'.length), name]];
      const inside = `${name}/bench.ts`;
      return existsSync(new URL(inside, folder)) ? [[name, inside]] : [];
    }),
  );
}

async function main(): Promise<void> {
  const json = process.argv.includes('--json');
  const [name] = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
  const benches = available();
  const file = benches.get(name ?? '');
  if (name === undefined || file === undefined) {
    console.error(
      `usage: npm run bench -- NAME [--json]; NAME is one of ${[...benches.keys()].join(', ')}`,
    );
    process.exitCode = 2;
    return;
  }
  const { run } = (await import(`./bench/${file}`)) as Benchmark;
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
