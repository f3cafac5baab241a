/**
 * Fetches what batches have brought. A line is answered, refused, or fails and is sent again; what
 * a batch leaves out, because it expired or was cancelled, is sent again too. A batch that the
 * endpoint does not have any more keeps nobody from the others.
 */
import { APIError, type OpenAI } from 'openai';
import { z } from 'zod';
import { PipelineError } from '../../../runtime/errors.ts';
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
  /** Requests that a batch did not come to: it expired, was cancelled, or given up. */
  readonly missing: number;
  /** In millionths of a dollar. */
  readonly cost: number;
  /** Why whole batches failed or could not be fetched, and what is odd about others. */
  readonly problems: readonly string[];
  /** Batches that the endpoint does not know, or whose results it does not have. */
  readonly gone: readonly string[];
}

export interface CollectTools {
  readonly client: OpenAI;
  readonly store: BatchStore;
  readonly prices: Prices;
  /** Enters what a batch has cost. */
  readonly book: (cost: number) => Promise<void>;
  /** Remembers an answer under its id, so that no run asks for it again. */
  readonly keep: (id: string, answer: string) => Promise<void>;
  /** A batch whose results nobody will ever have: its requests wait to be sent again. */
  readonly givenUp: string | null;
}

const batchForm = z.object({
  status: z.string(),
  output_file_id: z.string().nullish(),
  error_file_id: z.string().nullish(),
  errors: z
    .object({ data: z.array(z.object({ message: z.string() }).partial()).nullish() })
    .nullish()
    .catch(null),
});
type Batch = z.infer<typeof batchForm>;

const ended: ReadonlySet<string> = new Set(['completed', 'expired', 'cancelled', 'failed']);
const abandoned: Batch = { status: 'cancelled' };

export async function collectBatches(tools: CollectTools): Promise<Collected> {
  const { store, prices, book, keep, givenUp } = tools;
  const open = store.jobs().flatMap(({ key, batchId, collected }) => {
    return batchId === null || collected ? [] : [{ key, batchId }];
  });
  requireKnown(givenUp, open);
  const running: { batch: string; status: string }[] = [];
  const problems: string[] = [];
  const gone: string[] = [];
  const all: LineResult[] = [];
  let missing = 0;
  for (const { key, batchId } of open) {
    const requests = new Map(store.requestsOf(key).map((request) => [request.id, request]));
    const found =
      batchId === givenUp ? { batch: abandoned, lines: [] } : await fetchBatch(tools, batchId);
    if (found === null) {
      gone.push(batchId);
      continue;
    }
    const { batch, lines } = found;
    if (!ended.has(batch.status)) {
      running.push({ batch: batchId, status: batch.status });
      continue;
    }
    for (const { message } of batch.errors?.data ?? [])
      if (message !== undefined) problems.push(`a batch failed: ${message}`);
    const { results, strange } = readLines(lines, requests, prices);
    if (strange > 0) {
      problems.push(`${strange} lines of ${batchId} cannot be read, or are about nothing asked`);
    }
    const left = [...requests.keys()].filter((id) => !results.has(id));
    // Else a batch that loses what it has billed would be paid for without end.
    if (batch.status === 'completed') {
      for (const id of left) results.set(id, failedLine(id, 'the batch says nothing to it'));
    } else missing += left.length;
    const sorted = [...results.values()];
    for (const each of sorted) if (each.state === 'answered') await keep(each.id, each.result);
    await book(sorted.reduce((sum, each) => sum + each.cost, 0));
    store.collect(key, sorted);
    all.push(...sorted);
  }
  const count = (state: LineResult['state']) => all.filter((each) => each.state === state).length;
  return {
    ...{ running, problems, gone, answered: count('answered'), refused: count('refused') },
    ...{ failed: count('failed'), missing },
    cost: all.reduce((sum, each) => sum + each.cost, 0),
  };
}

function requireKnown(givenUp: string | null, open: readonly { readonly batchId: string }[]): void {
  if (givenUp === null || open.some(({ batchId }) => batchId === givenUp)) return;
  const named = open.map(({ batchId }) => batchId).join(', ') || 'none';
  throw new PipelineError('USAGE', `no batch ${givenUp} waits to be collected; open: ${named}`, {
    subject: '--give-up',
  });
}

/** The batch and the lines of its files; null where the endpoint no longer has one of them. */
async function fetchBatch(
  { client }: CollectTools,
  batchId: string,
): Promise<{ readonly batch: Batch; readonly lines: readonly string[] } | null> {
  return asked(async () => {
    try {
      const batch = batchForm.parse(await client.batches.retrieve(batchId));
      const lines: string[] = [];
      // A line of the output counts for more than one of the errors.
      for (const fileId of ended.has(batch.status)
        ? [batch.error_file_id, batch.output_file_id]
        : []) {
        lines.push(...(await readFile(client, fileId)));
      }
      return { batch, lines };
    } catch (error) {
      if (error instanceof APIError && (error.status === 404 || error.status === 410)) return null;
      throw error;
    }
  });
}

/** All batches together have no more bytes than this in their results. */
export const resultBytesMax = 2 * 1024 ** 3;

/** Line by line: as one text, the results of a large batch would be longer than a text may be. */
async function readFile(client: OpenAI, fileId: string | undefined | null): Promise<string[]> {
  if (fileId === undefined || fileId === null) return [];
  const { body } = await client.files.content(fileId);
  const lines: string[] = [];
  if (body === null) return lines;
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const [first = '', ...others] = decoder.decode(chunk, { stream: true }).split('\n');
    rest += first;
    for (const each of others) {
      lines.push(rest);
      rest = each;
    }
  }
  return [...lines, rest].filter((each) => each.trim() !== '');
}

const line = z.object({
  custom_id: z.string(),
  response: z.object({ status_code: z.number(), body: z.unknown() }).nullish(),
  error: z.unknown().optional(),
});

/** What the lines say to requests; `strange` counts those that are about none, or unreadable. */
function readLines(
  lines: readonly string[],
  requests: ReadonlyMap<string, BatchRequest>,
  prices: Prices,
) {
  const results = new Map<string, LineResult>();
  let strange = 0;
  for (const each of lines) {
    const read = line.safeParse(parseJson(each));
    const request = read.success ? requests.get(read.data.custom_id) : undefined;
    if (!read.success || request === undefined) strange += 1;
    else results.set(request.id, resultOf(read.data, request, prices));
  }
  return { results, strange };
}

function failedLine(id: string, why: string): LineResult {
  return { id, state: 'failed', result: why.slice(0, 1_000), cost: 0 };
}

function resultOf(
  { response, error }: z.infer<typeof line>,
  { id, promptBytes }: BatchRequest,
  prices: Prices,
): LineResult {
  const failed = (why: unknown): LineResult => {
    const said = why ?? 'the batch says no more';
    return failedLine(id, typeof said === 'string' ? said : JSON.stringify(said));
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
