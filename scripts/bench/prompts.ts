/**
 * `npm run bench -- prompts [--only NAME,…] [--served 3]`: what ten small real repositories ask of
 * a teacher in a run with the search, as a scripted server gets it. Tokens are those of the
 * output's tokenizer. How much of the prompts about a file a prefix cache has is told twice: by
 * characters of all files (what a prompt shares, from its first character, with an earlier one
 * about the same file), and by a real llama.cpp server, in its own `cached_tokens`, of so many
 * files of each repository, which are asked in turn. Of the first prompt about a file a cache has
 * what all files share; by characters that counts as nothing. With `--estimate` see
 * teaching/estimates.ts.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { askForOneToken, type CacheUse, shareOf } from '../../test/samples/servers/cache-use.ts';
import { startLlamaServer } from '../../test/samples/servers/llama-server.ts';
import { type ChatMessage, textOf } from '../../test/services/teacher/fake-openai-server.ts';
import type { Report } from '../bench.ts';
import { byHash } from './corpora/by-hash.ts';
import { compareEstimates } from './teaching/estimates.ts';
import { pathOf, runScripted } from './teaching/program.ts';
import { chosenRepositories } from './teaching/repositories.ts';
import { type ScriptedModel, startScriptedModel } from './teaching/scripted-model.ts';

interface Prompt {
  readonly repository: string;
  /** Null of a plan. */
  readonly path: string | null;
  readonly messages: readonly ChatMessage[];
  readonly text: string;
  readonly tokens: number;
}

/** More than the longest prompt in the tokens of a small vocabulary. */
const contextTokens = 65_536;

export async function run(report: Report): Promise<void> {
  if (process.argv.includes('--estimate')) return compareEstimates(report);
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
  await serve(report, all, filesServed(process.argv));
}

function filesServed(argv: readonly string[]): number {
  const at = argv.indexOf('--served');
  return at < 0 ? 3 : Number(argv[at + 1]);
}

/** Sends the prompts about some files of each repository to a real server. */
async function serve(report: Report, prompts: readonly Prompt[], files: number): Promise<void> {
  if (files === 0) return;
  // The model with one layer: what a cache has does not hang on what a model says.
  const server = await startLlamaServer('cut', contextTokens);
  const all: CacheUse[] = [];
  try {
    for (const [name, own] of Map.groupBy(prompts, ({ repository }) => repository)) {
      const uses: CacheUse[] = [];
      for (const aboutFile of byHash(byFile(own), ([first]) => first?.path ?? '').slice(0, files)) {
        for (const { messages } of aboutFile) {
          uses.push(await askForOneToken(server.baseUrl, messages));
        }
      }
      report({ metric: `${name}: cached by a server`, value: shareOf(uses), unit: 'share' });
      all.push(...uses);
    }
    report({ metric: 'all: prompts to a server', value: all.length, unit: 'calls' });
    report({ metric: 'all: cached by a server', value: shareOf(all), unit: 'share' });
  } finally {
    await server.close();
  }
}

/** The prompts about each file, in the order in which they were asked. */
function byFile(prompts: readonly Prompt[]): Prompt[][] {
  const aboutFiles = prompts.filter(({ path }) => path !== null);
  return [...Map.groupBy(aboutFiles, ({ repository, path }) => `${repository} ${path}`).values()];
}

function promptsOf(server: ScriptedModel, repository: string, from: number): Prompt[] {
  return server.requests.slice(from).map(({ body: { messages = [] } }) => ({
    ...{ repository, path: pathOf(messages), messages },
    ...{ text: textOf(messages), tokens: server.tokensOf(messages) },
  }));
}

function tell(report: Report, name: string, prompts: readonly Prompt[]): void {
  const unit = 'tokens';
  const sum = (some: readonly Prompt[]) => some.reduce((total, { tokens }) => total + tokens, 0);
  const files = byFile(prompts);
  const aboutFiles = files.flat();
  const perFile = files.map(sum).sort((a, b) => a - b);
  report({ metric: `${name}: calls`, value: prompts.length, unit: 'calls' });
  report({ metric: `${name}: prompts`, value: sum(prompts), unit });
  report({ metric: `${name}: prompts of the plan`, value: sum(prompts) - sum(aboutFiles), unit });
  report({ metric: `${name}: files with a thought`, value: files.length, unit: 'files' });
  const median = perFile[Math.floor(perFile.length / 2)] ?? 0;
  report({ metric: `${name}: prompts of a file, median`, value: median, unit });
  report({ metric: `${name}: prompts of a file, most`, value: perFile.at(-1) ?? 0, unit });
  const kept = files.map(reusedCharacters).reduce((a, b) => a + b, 0);
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
