/**
 * `npm run bench -- prompts [--only NAME,…]`: what ten small real repositories ask of a teacher in
 * a run with the search, as a scripted server gets it. Tokens are those of the output's tokenizer.
 * A prefix cache has what a prompt shares, from its first character, with an earlier one about the
 * same file; of the first prompt about a file it has nothing.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { textOf } from '../../test/services/teacher/fake-openai-server.ts';
import type { Report } from '../bench.ts';
import { pathOf, runScripted } from './teaching/program.ts';
import { chosenRepositories } from './teaching/repositories.ts';
import { type ScriptedModel, startScriptedModel } from './teaching/scripted-model.ts';

interface Prompt {
  readonly repository: string;
  /** Null of a plan. */
  readonly path: string | null;
  readonly text: string;
  readonly tokens: number;
}

export async function run(report: Report): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'backstory-prompts-'));
  const server = await startScriptedModel();
  const all: Prompt[] = [];
  try {
    for (const source of await chosenRepositories(process.argv)) {
      const name = basename(source);
      const before = server.requests.length;
      await runScripted(server, 'run', source, '--out', join(folder, name));
      const own = promptsOf(server, name, before);
      tell(report, name, own);
      all.push(...own);
    }
    tell(report, 'all', all);
  } finally {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function promptsOf(server: ScriptedModel, repository: string, from: number): Prompt[] {
  return server.requests.slice(from).map(({ body: { messages = [] } }) => ({
    ...{ repository, path: pathOf(messages) },
    ...{ text: textOf(messages), tokens: server.tokensOf(messages) },
  }));
}

function tell(report: Report, name: string, prompts: readonly Prompt[]): void {
  const unit = 'tokens';
  const sum = (some: readonly Prompt[]) => some.reduce((total, { tokens }) => total + tokens, 0);
  const aboutFiles = prompts.filter(({ path }) => path !== null);
  const files = Map.groupBy(aboutFiles, ({ repository, path }) => `${repository} ${path}`);
  const perFile = [...files.values()].map(sum).sort((a, b) => a - b);
  report({ metric: `${name}: calls`, value: prompts.length, unit: 'calls' });
  report({ metric: `${name}: prompts`, value: sum(prompts), unit });
  report({ metric: `${name}: prompts of the plan`, value: sum(prompts) - sum(aboutFiles), unit });
  report({ metric: `${name}: files with a thought`, value: files.size, unit: 'files' });
  const median = perFile[Math.floor(perFile.length / 2)] ?? 0;
  report({ metric: `${name}: prompts of a file, median`, value: median, unit });
  report({ metric: `${name}: prompts of a file, most`, value: perFile.at(-1) ?? 0, unit });
  const kept = [...files.values()].map(reusedCharacters).reduce((a, b) => a + b, 0);
  const characters = aboutFiles.reduce((total, { text }) => total + text.length, 0);
  report({
    metric: `${name}: reused of files`,
    value: kept / Math.max(1, characters),
    unit: 'share',
  });
}

/** Characters that each prompt has in common with the one before it that is most like it. */
function reusedCharacters(prompts: readonly Prompt[]): number {
  let reused = 0;
  for (const [at, { text }] of prompts.entries()) {
    const before = prompts.slice(0, at).map((other) => commonPrefix(text, other.text));
    reused += Math.max(0, ...before);
  }
  return reused;
}

function commonPrefix(a: string, b: string): number {
  let common = 0;
  while (common < a.length && a[common] === b[common]) common += 1;
  return common;
}
