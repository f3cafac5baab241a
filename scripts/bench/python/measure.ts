/** Runs a program of Python that prints figures, a line of JSON each, beside other output. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { delimiter } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Figure, Report } from '../../bench.ts';

export interface Measured {
  readonly python: string;
  readonly program: string;
  readonly parameters?: readonly string[];
  /** Folders of this repository whose packages it imports. */
  readonly packages: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

const root = fileURLToPath(new URL('../../../', import.meta.url));

export async function measure(measured: Measured, report: Report): Promise<void> {
  const { python, program, parameters = [], packages, environment = {} } = measured;
  const paths = packages.map((folder) => `${root}${folder}`).join(delimiter);
  const child = spawn(python, [program, ...parameters], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, PYTHONPATH: paths, ...environment },
  });
  const closed = once(child, 'close') as Promise<[code: number | null]>;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith('{')) report(JSON.parse(line) as Figure);
  }
  const [code] = await closed;
  if (code !== 0) throw new Error(`${program} ended with ${code}`);
}
