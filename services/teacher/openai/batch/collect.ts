/**
 * Fetches what batches have brought. A line is answered, refused, or fails and is sent again; what
 * a batch leaves out, because it expired or was cancelled, is sent again too.
 */
import type OpenAI from 'openai';
import { z } from 'zod';
import { parseJson } from '../../../runtime/json.ts';
import type { ChatAnswer } from '../chat-request.ts';
import { readCompletion } from '../completion.ts';
import type { Prices } from '../money/prices.ts';
import type { BatchRequest, BatchStore, LineResult } from './requests.ts';
import { asked } from './send.ts';

export interface Collected {
  /** Batches that are still at work, with what they say. */
  readonly running: readonly { readonly batch: string; readonly status: string }[];
  readonly answered: number;
  readonly refused: number;
  readonly failed: number;
  /** In millionths of a dollar. */
  readonly cost: number;
  /** Why whole batches failed. */
  readonly problems: readonly string[];
}

const ended: ReadonlySet<string> = new Set(['completed', 'expired', 'cancelled', 'failed']);

export async function collectBatches(
  client: OpenAI,
  store: BatchStore,
  prices: Prices,
  book: (cost: number) => Promise<void>,
): Promise<Collected> {
  const running: { batch: string; status: string }[] = [];
  const problems: string[] = [];
  const all: LineResult[] = [];
  for (const { key, batchId, collected } of store.jobs()) {
    if (batchId === null || collected) continue;
    const batch = await asked(() => client.batches.retrieve(batchId));
    if (!ended.has(batch.status)) {
      running.push({ batch: batchId, status: batch.status });
      continue;
    }
    for (const { message } of batch.errors?.data ?? [])
      if (message !== undefined) problems.push(message);
    const requests = new Map(store.requestsOf(key).map((request) => [request.id, request]));
    const results = new Map<string, LineResult>();
    for (const fileId of [batch.error_file_id, batch.output_file_id]) {
      const text = await readFile(client, fileId);
      // A line of the output counts for more than one of the errors.
      for (const result of readLines(text, requests, prices)) results.set(result.id, result);
    }
    const cost = [...results.values()].reduce((sum, each) => sum + each.cost, 0);
    await book(cost);
    store.collect(key, [...results.values()]);
    all.push(...results.values());
  }
  const count = (state: LineResult['state']) => all.filter((each) => each.state === state).length;
  return {
    ...{ running, problems, answered: count('answered'), refused: count('refused') },
    failed: count('failed'),
    cost: all.reduce((sum, each) => sum + each.cost, 0),
  };
}

async function readFile(client: OpenAI, fileId: string | undefined | null): Promise<string> {
  if (fileId === undefined || fileId === null) return '';
  return asked(async () => (await client.files.content(fileId)).text());
}

const line = z.object({
  custom_id: z.string(),
  response: z.object({ status_code: z.number(), body: z.unknown() }).nullish(),
  error: z.unknown().optional(),
});

function readLines(
  text: string,
  requests: ReadonlyMap<string, BatchRequest>,
  prices: Prices,
): LineResult[] {
  return text.split('\n').flatMap((each) => {
    const read = line.safeParse(parseJson(each));
    const request = read.success ? requests.get(read.data.custom_id) : undefined;
    // A line about nothing that was asked, or that nobody can read: its request is sent again.
    if (!read.success || request === undefined) return [];
    return [resultOf(read.data, request, prices)];
  });
}

function resultOf(
  { response, error }: z.infer<typeof line>,
  { id, promptBytes }: BatchRequest,
  prices: Prices,
): LineResult {
  const failed = (why: unknown): LineResult => {
    const result = typeof why === 'string' ? why : JSON.stringify(why ?? 'the batch says no more');
    return { id, state: 'failed', result: result.slice(0, 1_000), cost: 0 };
  };
  if (response === undefined || response === null) return failed(error);
  if (response.status_code !== 200) return failed(response.body);
  const share = prices.batchShare;
  const completion = readCompletion(response.body, promptBytes, prices);
  if (completion.kind === 'broken') return failed(completion.why);
  const cost = Math.ceil(completion.usage.microDollars * share);
  const usage = { ...completion.usage, microDollars: cost };
  if (completion.kind === 'refused') {
    return { id, state: 'refused', result: JSON.stringify({ why: completion.why, usage }), cost };
  }
  const { text, cut } = completion;
  const answer: ChatAnswer = { text, cut, usage };
  return { id, state: 'answered', result: JSON.stringify(answer), cost };
}
