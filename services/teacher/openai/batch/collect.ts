/**
 * Fetches what batches have brought. A line is answered, refused, or fails and is sent again; what
 * a batch leaves out, because it expired or was cancelled, is sent again too. A batch that the
 * endpoint does not have any more keeps nobody from the others.
 */
import { APIError, type OpenAI } from 'openai';
import { z } from 'zod';
import { PipelineError } from '../../../runtime/errors.ts';
import { parseJson } from '../../../runtime/json.ts';
import { linesWithin } from '../../../runtime/read-bounded.ts';
import type { ChatAnswer } from '../chat-request.ts';
import { readCompletion } from '../completion.ts';
import { fetchWithin } from '../endpoints/fetch.ts';
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
  /** Why whole batches failed or were given up, and what is odd about others. */
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
  /** A batch that a person calls gone for good: if it is, its requests wait to be sent again. */
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

/** What is known of a batch: where it ended, also what its lines say. */
interface Fetched {
  readonly batch: Batch;
  readonly results: Map<string, LineResult>;
  /** Lines that are about no request, unreadable, or too long. */
  readonly strange: number;
}

type Requests = ReadonlyMap<string, BatchRequest>;

export async function collectBatches(tools: CollectTools): Promise<Collected> {
  const { store, book, keep, givenUp } = tools;
  const open = store.jobs().flatMap(({ key, batchId, collected, reserved }) => {
    return batchId === null || collected ? [] : [{ key, batchId, reserved }];
  });
  requireKnown(givenUp, open);
  const running: { batch: string; status: string }[] = [];
  const problems: string[] = [];
  const gone: string[] = [];
  const counts = { answered: 0, refused: 0, failed: 0, missing: 0, cost: 0 };
  for (const { key, batchId, reserved } of open) {
    const requests = new Map(store.requestsOf(key).map((request) => [request.id, request]));
    const found = await fetchBatch(tools, batchId, requests);
    if (found === null && batchId !== givenUp) {
      gone.push(batchId);
      continue;
    }
    if (found !== null && batchId === givenUp) {
      problems.push(`the endpoint still has ${batchId}: it is not given up`);
    }
    if (found !== null && !ended.has(found.batch.status)) {
      running.push({ batch: batchId, status: found.batch.status });
      continue;
    }
    const results = found?.results ?? new Map<string, LineResult>();
    problems.push(...oddities(batchId, found));
    const left = [...requests.keys()].filter((id) => !results.has(id));
    // Else a batch that loses what it has billed would be paid for without end.
    if (found?.batch.status === 'completed') {
      for (const id of left) results.set(id, failedLine(id, 'the batch says nothing to it'));
    } else counts.missing += left.length;
    const sorted = [...results.values()];
    for (const each of sorted) if (each.state === 'answered') await keep(each.id, each.result);
    // Nobody knows what one that is given up has billed: like a call that never ended, all of it.
    const cost = found === null ? reserved : sorted.reduce((sum, each) => sum + each.cost, 0);
    await book(cost);
    store.collect(key, sorted);
    counts.cost += cost;
    for (const { state } of sorted) counts[state] += 1;
  }
  return { running, problems, gone, ...counts };
}

function requireKnown(givenUp: string | null, open: readonly { readonly batchId: string }[]): void {
  if (givenUp === null || open.some(({ batchId }) => batchId === givenUp)) return;
  const named = open.map(({ batchId }) => batchId).join(', ') || 'none';
  throw new PipelineError('USAGE', `no batch ${givenUp} waits to be collected; open: ${named}`, {
    subject: '--give-up',
  });
}

function oddities(batchId: string, found: Fetched | null): string[] {
  if (found === null) {
    return [`${batchId} is given up; what it may have cost at most counts as spent`];
  }
  const problems = (found.batch.errors?.data ?? []).flatMap(({ message }) =>
    message === undefined ? [] : [`a batch failed: ${message}`],
  );
  if (found.strange > 0) {
    problems.push(
      `${found.strange} lines of ${batchId} cannot be read, or are about nothing asked`,
    );
  }
  return problems;
}

/** Null where the endpoint no longer has the batch, or one of its files. */
async function fetchBatch(
  { client, prices, givenUp }: CollectTools,
  batchId: string,
  requests: Requests,
): Promise<Fetched | null> {
  return asked(async () => {
    try {
      const batch = batchForm.parse(await client.batches.retrieve(batchId));
      const results = new Map<string, LineResult>();
      let strange = 0;
      // A line of the output counts for more than one of the errors.
      const files = ended.has(batch.status) ? [batch.error_file_id, batch.output_file_id] : [];
      for (const fileId of files) {
        for await (const text of linesOf(client, fileId)) {
          const result = text === null ? null : readLine(text, requests, prices);
          if (result === null) strange += 1;
          else results.set(result.id, result);
        }
      }
      return { batch, results, strange };
    } catch (error) {
      if (error instanceof APIError && isGone(error.status, batchId === givenUp)) return null;
      throw error;
    }
  });
}

/** Endpoints say it in many ways; but without a person's word only what is plain is believed. */
function isGone(status: number | undefined, isGivenUp: boolean): boolean {
  if (status === 404 || status === 410) return true;
  return isGivenUp && status !== undefined && [400, 403, 422].includes(status);
}

/** Of one file of results: 50,000 answers of ten thousand tokens, at four bytes each. */
const resultBytesMax = 2 * 1024 ** 3;
/** A line without end must not fill the memory. */
const lineBytesMax = 64 * 1024 * 1024;

/** Line by line: as one text, the results of a large batch would be longer than a text may be. */
async function* linesOf(
  client: OpenAI,
  fileId: string | undefined | null,
): AsyncGenerator<string | null, void, void> {
  if (fileId === undefined || fileId === null) return;
  const files = client.withOptions({ fetch: fetchWithin(resultBytesMax) }).files;
  const { body } = await files.content(fileId);
  if (body !== null) yield* linesWithin(body, lineBytesMax);
}

const line = z.object({
  custom_id: z.string(),
  response: z.object({ status_code: z.number(), body: z.unknown() }).nullish(),
  error: z.unknown().optional(),
});

/** Null for a line that nobody can read, or about nothing that was asked. */
function readLine(text: string, requests: Requests, prices: Prices): LineResult | null {
  const read = line.safeParse(parseJson(text));
  const request = read.success ? requests.get(read.data.custom_id) : undefined;
  return read.success && request !== undefined ? resultOf(read.data, request, prices) : null;
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
