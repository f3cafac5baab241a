/**
 * What tokens cost: from the knobs, else from the price file, which the user edits. Dollars per
 * million tokens are millionths of a dollar per token.
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { PipelineError } from '../../../runtime/errors.ts';
import type { TeacherSettings } from '../../settings.ts';

/** In dollars per million tokens. */
export interface Prices {
  readonly prompt: number;
  /** Of prompt tokens that the server had in its cache. */
  readonly cachedPrompt: number;
  readonly completion: number;
  /** What a call in a batch costs, as a share of a call by itself. */
  readonly batchShare: number;
  /** Where the prices are from; null where nobody named any. */
  readonly from: string | null;
}

export interface Tokens {
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Of the prompt tokens. */
  readonly cached?: number;
}

/** In millionths of a dollar, rounded up, so that a limit in money holds to the cent. */
export function priceOf(
  { promptTokens, completionTokens, cached = 0 }: Tokens,
  prices: Prices,
): number {
  return Math.ceil(
    (promptTokens - cached) * prices.prompt +
      cached * prices.cachedPrompt +
      completionTokens * prices.completion -
      // Sums of decimal fractions end a little above the exact value.
      1e-6,
  );
}

const price = z.number().min(0).max(1_000_000);
const entry = z.strictObject({
  prompt: price,
  cachedPrompt: price.optional(),
  completion: price,
  batchShare: z.number().min(0).max(1).optional(),
});
const priceFile = z.strictObject({ models: z.record(z.string(), entry).nullable() });

/** Comes with the program and names no price: prices change, and only the user knows a contract. */
const ownFile = fileURLToPath(new URL('../../prices.yaml', import.meta.url));

/** What vendors take for a call in a batch. */
const usualBatchShare = 0.5;

/** Knobs first; then the model's line in the price file; else nothing costs anything. */
export async function findPrices(settings: TeacherSettings): Promise<Prices> {
  const { dollarsPerMillionPromptTokens: prompt, dollarsPerMillionCompletionTokens: completion } =
    settings;
  if (prompt > 0 || completion > 0) {
    const share = { cachedPrompt: prompt, batchShare: usualBatchShare };
    return { prompt, completion, ...share, from: 'teacher.dollarsPerMillion…Tokens' };
  }
  const path = settings.pricesFile === '' ? ownFile : settings.pricesFile;
  const models = await readPrices(path);
  const own = models[settings.model];
  if (own === undefined) {
    return { prompt: 0, cachedPrompt: 0, completion: 0, batchShare: usualBatchShare, from: null };
  }
  const { cachedPrompt = own.prompt, batchShare = usualBatchShare } = own;
  return { ...own, cachedPrompt, batchShare, from: `${path}, ${settings.model}` };
}

async function readPrices(path: string): Promise<Readonly<Record<string, z.infer<typeof entry>>>> {
  const invalid = (why: string, cause: unknown) =>
    new PipelineError('CONFIG_INVALID', `the price file ${path} ${why}`, { subject: path, cause });
  let document: unknown;
  try {
    document = parseYaml(await readFile(path, 'utf8'));
  } catch (error) {
    throw invalid(`cannot be read: ${(error as Error).message}; check teacher.pricesFile`, error);
  }
  const read = priceFile.safeParse(document);
  if (read.success) return read.data.models ?? {};
  throw invalid(`is not valid:\n${z.prettifyError(read.error)}`, read.error);
}
