/**
 * `npm run bench -- prompts --estimate [--only NAME,…]`: what `estimate` foretells of ten small
 * real repositories, against a run at the default settings, with the search, on a scripted model
 * that keeps to the lengths that the prompts ask for; then the same with a model that reasons
 * before each answer. The baselines are those of the run.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Usage } from '../../../schemas/generated/types.ts';
import type { Report } from '../../bench.ts';
import { runScripted } from './program.ts';
import { chosenRepositories } from './repositories.ts';
import { startScriptedModel } from './scripted-model.ts';

type Said = { readonly usage: Usage };

const compared = ['calls', 'promptTokens', 'completionTokens', 'microDollars'] as const;

/** Of a model that reasons: tokens before each answer, about. */
const reasoningTokens = 400;

/** List prices of a usual kind: an answer token costs four times one that is asked. */
const prices = [
  ...['--set', 'teacher.dollarsPerMillionPromptTokens=0.5'],
  ...['--set', 'teacher.dollarsPerMillionCompletionTokens=2'],
];

export async function compareEstimates(report: Report): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'backstory-estimate-'));
  const sources = await chosenRepositories(process.argv);
  try {
    for (const kind of ['plain', 'reasoning'] as const) {
      const reasoned = kind === 'plain' ? 0 : reasoningTokens;
      const server = await startScriptedModel(reasoned);
      const told = reasoned === 0 ? [] : ['--reasoning-tokens', String(reasoned)];
      const ask = (...line: string[]) => runScripted(server, ...line, ...prices) as Promise<Said>;
      try {
        for (const source of sources) {
          const name = basename(source);
          const { usage: estimated } = await ask('estimate', source, ...told);
          const { usage } = await ask('run', source, '--out', join(folder, `${kind}-${name}`));
          for (const field of compared) {
            const [value, baseline] = [estimated[field], usage[field]];
            report({ metric: `${kind} ${name}: ${field}`, value, unit: 'estimated', baseline });
          }
        }
      } finally {
        await server.close();
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
