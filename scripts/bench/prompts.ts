/**
 * `npm run bench -- prompts [--only NAME,…]`: what ten small real repositories ask of a teacher,
 * with the search: a run against a scripted server beside what `estimate` says before it. Tokens
 * are those of the output's tokenizer; the baseline of a figure is the estimate.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Usage } from '../../schemas/generated/types.ts';
import { noUsage, sumUsage } from '../../services/ports/usage.ts';
import type { Report } from '../bench.ts';
import { pathOf, runScripted } from './teaching/program.ts';
import { chosenRepositories } from './teaching/repositories.ts';
import { type ScriptedModel, startScriptedModel } from './teaching/scripted-model.ts';

interface Told {
  readonly usage: Usage;
}

const counted = ['calls', 'promptTokens', 'completionTokens'] as const;

export async function run(report: Report): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'backstory-prompts-'));
  const server = await startScriptedModel();
  const [estimates, runs]: [Usage[], Usage[]] = [[], []];
  try {
    for (const source of await chosenRepositories(process.argv)) {
      const name = basename(source);
      const estimate = (await runScripted(server, 'estimate', source)) as Told;
      const before = server.requests.length;
      const run = (await runScripted(server, 'run', source, '--out', join(folder, name))) as Told;
      tellPrompts(report, name, promptsByFile(server, before));
      tellUsage(report, name, run.usage, estimate.usage);
      estimates.push(estimate.usage);
      runs.push(run.usage);
    }
    tellUsage(report, 'all', sumUsage([noUsage, ...runs]), sumUsage([noUsage, ...estimates]));
  } finally {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Tokens of the prompts about each file: its thoughts and all rewrites. */
function promptsByFile(server: ScriptedModel, from: number): number[] {
  const files = new Map<string, number>();
  for (const { body } of server.requests.slice(from)) {
    const messages = body.messages ?? [];
    const path = pathOf(messages);
    if (path === null) continue;
    files.set(path, (files.get(path) ?? 0) + server.tokensOf(messages));
  }
  return [...files.values()].sort((a, b) => a - b);
}

function tellPrompts(report: Report, name: string, sorted: readonly number[]): void {
  const unit = 'tokens';
  report({ metric: `${name}: files with a thought`, value: sorted.length, unit: 'files' });
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  report({ metric: `${name}: prompts of a file, median`, value: median, unit });
  report({ metric: `${name}: prompts of a file, most`, value: sorted.at(-1) ?? 0, unit });
}

function tellUsage(report: Report, name: string, run: Usage, estimate: Usage): void {
  for (const each of counted) {
    const metric = `${name}: ${each}`;
    report({ metric, value: run[each], unit: 'in all', baseline: estimate[each] });
  }
}
