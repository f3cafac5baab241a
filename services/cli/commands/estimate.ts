/**
 * `backstory estimate SOURCE…`: what a run would ask and cost, from its own prompts, without a
 * call. Answers are sketches of the usual length; the search is taken to make all of its rounds.
 */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Usage } from '../../../schemas/generated/types.ts';
import type { Scorer } from '../../ports/scorer.ts';
import { noUsage, sumUsage } from '../../ports/usage.ts';
import type { ResolvedValues } from '../../registry.ts';
import { expandSources } from '../../stages/discover/sources.ts';
import { openTokenizer } from '../../stages/sink/tokens/tokenizer.ts';
import type { OfflineAnswer, UnmadeCall } from '../../teacher/adapter.ts';
import { openOfflineTeacher } from '../../teacher/open.ts';
import { findPrices, type Prices, priceOf } from '../../teacher/openai/money/prices.ts';
import { type CommandContext, writeJson, writeLine } from '../context.ts';
import { type ExitCode, exitCodes } from '../failures.ts';
import { runScratch } from '../open/scratch-run.ts';
import {
  type ConfigurationOptions,
  loadConfiguration,
  tellConfiguration,
} from '../open/settings.ts';
import { drawEstimate, type Estimate } from '../views/estimate.ts';
import { type ModelOptions, sourceFlags } from '../with-models.ts';

export interface EstimateOptions extends ConfigurationOptions, ModelOptions {
  readonly limit?: string;
  readonly tokensPerSecond?: number;
  readonly reasoningTokens?: number;
  readonly json?: boolean;
}

export async function estimateCommand(
  context: CommandContext,
  sources: readonly string[],
  options: EstimateOptions,
): Promise<ExitCode> {
  const loaded = await loadConfiguration(context, options, sourceFlags(sources, options));
  const { values } = loaded;
  tellConfiguration(context, loaded, options.json);
  const { limit, listSourcesMax } = values.discover;
  await expandSources(values.discover.sources, limit, listSourcesMax);
  const prices = await findPrices(values.teacher);
  const tally = await openTally(values, prices, options.reasoningTokens ?? 0);
  // Sketches are no answers of a model: what is checked of those says nothing about them.
  const settings = { ...values.teacher, checks: 'off' as const };
  const teacher = await openOfflineTeacher(settings, tally.answer);
  const folder = await mkdtemp(join(tmpdir(), 'backstory-estimate-'));
  try {
    const scorer = values.search.enabled ? indifferent : null;
    const summary = await runScratch(context, loaded, { folder, teacher, scorer });
    const { found, written } = summary.repositories;
    const { usage, kinds, byRepository } = tally.sums();
    const estimate: Estimate = {
      ...{ repositories: { found, written }, usage, kinds, byRepository },
      batchDollars: (usage.microDollars / 1e6) * prices.batchShare,
      prices: prices.from,
      seconds: secondsOf(usage, values, options.tokensPerSecond ?? usualSpeed),
    };
    if (options.json === true) writeJson(context.out, estimate);
    else for (const line of drawEstimate(estimate, context.out.style)) writeLine(context.out, line);
    return exitCodes.fine;
  } finally {
    await tally.close();
  }
}

/** Tokens a second of one answer, where nobody says better. */
const usualSpeed = 50;

/**
 * Accepts no rewrite, so that the search asks for as many as it may. Each character has a bit, so
 * that rewrites are told of long lines as they are of surprising ones.
 */
const indifferent: Scorer = {
  identity: { name: 'none', version: '0', model: null, languageModel: false },
  configuration: 'estimate',
  score: async ({ thoughts, target }) => thoughts.map(() => target.length),
  scoreTokens: async ({ thoughts, target }) => {
    const lines = target.matchAll(/[^\n]*\n|[^\n]+$/g);
    const tokens = Array.from(lines, ({ index, 0: { length } }) => {
      return { end: index + length, bits: length };
    });
    return thoughts.map(() => ({ bits: target.length, tokens }));
  },
  check: async () => null,
  close: async () => {},
};

/** Counts tokens with the tokenizer of the output, which is the best guess at the model's own. */
async function openTally({ sink }: ResolvedValues, prices: Prices, reasoningTokens: number) {
  const { template, masking } = sink;
  const tokenizer = await openTokenizer(sink.tokenizer, sink.endOfText, { template, masking });
  const count = openCount(tokenizer.encode);
  const kinds = new Map<string, Usage>();
  const repositories = new Map<string, Usage>();
  const add = (sums: Map<string, Usage>, name: string, usage: Usage) =>
    sums.set(name, sumUsage([sums.get(name) ?? noUsage, usage]));
  return {
    answer: async ({ body, sketch, formName, repository }: UnmadeCall): Promise<OfflineAnswer> => {
      const messages = body.messages as readonly { readonly content: string }[];
      const prompt = messages.map(({ content }) => content).join('\n');
      const about = `${repository} ${formName}`;
      const promptTokens = await count(`${about} asked`, prompt);
      const text = JSON.stringify(sketch);
      const completionTokens = reasoningTokens + (await count(`${about} said`, text));
      const microDollars = priceOf({ promptTokens, completionTokens }, prices);
      const usage = { ...noUsage, calls: 1, promptTokens, completionTokens, microDollars };
      add(kinds, formName, usage);
      add(repositories, repository, usage);
      return { text, usage, cut: false };
    },
    sums: () => ({
      usage: sumUsage([...kinds.values()]),
      kinds: Object.fromEntries(kinds),
      byRepository: Object.fromEntries(repositories),
    }),
    close: () => tokenizer.close(),
  };
}

type Encode = Awaited<ReturnType<typeof openTokenizer>>['encode'];

/** Bytes of one kind of text that are counted token by token; they tell the density of the rest. */
const countedBytesMax = 2_000_000;

function openCount(encode: Encode): (kind: string, text: string) => Promise<number> {
  const known = new Map<string, { bytes: number; tokens: number }>();
  return async (kind, text) => {
    const sums = known.get(kind) ?? { bytes: 0, tokens: 0 };
    known.set(kind, sums);
    const bytes = Buffer.byteLength(text);
    if (sums.bytes > countedBytesMax) return Math.round((bytes * sums.tokens) / sums.bytes);
    const [ids] = await encode([text]);
    const tokens = ids?.length ?? 0;
    sums.bytes += bytes;
    sums.tokens += tokens;
    return tokens;
  };
}

/** By the slowest of what limits a run: writing answers side by side, and the limits per minute. */
function secondsOf(usage: Usage, values: ResolvedValues, tokensPerSecond: number): number {
  const { teacher, plan, simulate, search } = values;
  const endpoints = 1 + teacher.endpoints.length;
  const stages =
    plan.concurrency + simulate.concurrency + (search.enabled ? search.concurrency : 0);
  const atOnce = Math.min(teacher.callsAtOnceMax * endpoints, stages);
  const tokens = usage.promptTokens + usage.completionTokens;
  return Math.max(
    usage.completionTokens / tokensPerSecond / atOnce,
    (60 * usage.calls) / (teacher.callsPerMinute ?? Number.POSITIVE_INFINITY),
    (60 * tokens) / (teacher.tokensPerMinute ?? Number.POSITIVE_INFINITY),
  );
}
