/**
 * Sends what waits as batches in OpenAI's format. A job has its name before anything is sent: after
 * a kill the file is found by that name, and the batch by the file, so that none is created twice.
 */
import { randomUUID } from 'node:crypto';
import type OpenAI from 'openai';
import { PipelineError } from '../../../runtime/errors.ts';
import type { TeacherSettings } from '../../settings.ts';
import { type Prices, priceOf } from '../money/prices.ts';
import type { BatchRequest, BatchStore, Job } from './requests.ts';

/** What vendors take in one batch. */
const linesMax = 50_000;
const bytesMax = 190_000_000;

export interface SendTools {
  readonly client: OpenAI;
  readonly store: BatchStore;
  readonly settings: TeacherSettings;
  readonly prices: Prices;
  /** Spent so far, in millionths of a dollar. */
  readonly spent: number;
}

export interface Sent {
  readonly jobs: number;
  readonly requests: number;
  /** Requests that wait because the budget does not reach for them. */
  readonly overBudget: number;
}

export async function sendBatches(tools: SendTools): Promise<Sent> {
  const { store } = tools;
  // First what an earlier process began.
  for (const job of store.jobs())
    if (job.batchId === null && !job.collected) await sendJob(tools, job);
  const { groups, overBudget } = groupsOf(tools, store.waiting());
  let requests = 0;
  for (const { ids, reserved } of groups) {
    const key = randomUUID();
    store.openJob(key, ids, reserved);
    await sendJob(tools, { key, fileId: null, batchId: null, collected: false, reserved });
    requests += ids.length;
  }
  return { jobs: groups.length, requests, overBudget };
}

interface Group {
  readonly ids: string[];
  bytes: number;
  reserved: number;
}

/** Batches of a size that is taken, as many as the budget reaches for. */
function groupsOf(tools: SendTools, waiting: readonly BatchRequest[]) {
  const { store, settings, spent } = tools;
  const held = store.jobs().reduce((sum, { reserved }) => sum + reserved, 0);
  let left = settings.dollarsMax * 1e6 - spent - held;
  const groups: Group[] = [];
  let overBudget = 0;
  for (const request of waiting) {
    const cost = costAtMost(tools, request);
    if (cost > left) {
      overBudget += 1;
      continue;
    }
    left -= cost;
    const bytes = Buffer.byteLength(lineOf(request)) + 1;
    let group = groups.at(-1);
    if (group === undefined || group.ids.length >= linesMax || group.bytes + bytes > bytesMax) {
      group = { ids: [], bytes: 0, reserved: 0 };
      groups.push(group);
    }
    group.ids.push(request.id);
    group.bytes += bytes;
    group.reserved += cost;
  }
  return { groups, overBudget };
}

/** Two bytes a token, and the longest answer. */
function costAtMost({ prices, settings }: SendTools, { promptBytes, body }: BatchRequest): number {
  const sent = JSON.parse(body) as { max_tokens?: number };
  const completionTokens = sent.max_tokens ?? settings.planTokensMax;
  const tokens = { promptTokens: Math.ceil(promptBytes / 2), completionTokens };
  return Math.ceil(priceOf(tokens, prices) * prices.batchShare);
}

function lineOf({ id, body }: BatchRequest): string {
  const url = '/v1/chat/completions';
  return JSON.stringify({ custom_id: id, method: 'POST', url, body: JSON.parse(body) });
}

async function sendJob({ client, store }: SendTools, job: Job): Promise<void> {
  const name = `backstory-${job.key}.jsonl`;
  const fileId =
    job.fileId ?? (await findFile(client, name)) ?? (await upload(client, store, job.key, name));
  store.noteFile(job.key, fileId);
  const batch = (await findBatch(client, fileId)) ?? (await create(client, fileId, job.key));
  store.noteBatch(job.key, batch);
}

async function upload(
  client: OpenAI,
  store: BatchStore,
  key: string,
  name: string,
): Promise<string> {
  const lines = store.requestsOf(key).map((request) => `${lineOf(request)}\n`);
  const file = new File(lines, name, { type: 'application/jsonl' });
  return (await asked(() => client.files.create({ file, purpose: 'batch' }, { maxRetries: 0 }))).id;
}

/** Only the first pages: what a process began just before it died is among the newest. */
const searchedMax = 500;

async function findFile(client: OpenAI, name: string): Promise<string | null> {
  return asked(async () => {
    let searched = 0;
    for await (const file of client.files.list({ purpose: 'batch', order: 'desc' })) {
      if (file.filename === name) return file.id;
      searched += 1;
      if (searched >= searchedMax) return null;
    }
    return null;
  });
}

async function findBatch(client: OpenAI, fileId: string): Promise<string | null> {
  return asked(async () => {
    let searched = 0;
    for await (const batch of client.batches.list({ limit: 100 })) {
      if (batch.input_file_id === fileId) return batch.id;
      searched += 1;
      if (searched >= searchedMax) return null;
    }
    return null;
  });
}

/** No retry by the package, which could create a second job where the first answer was lost. */
async function create(client: OpenAI, fileId: string, key: string): Promise<string> {
  const batch = await asked(() =>
    client.batches.create(
      {
        input_file_id: fileId,
        endpoint: '/v1/chat/completions',
        completion_window: '24h',
        metadata: { backstory: key },
      },
      { maxRetries: 0, headers: { 'Idempotency-Key': key } },
    ),
  );
  return batch.id;
}

/** A failure of the endpoint, coded; the same command goes on where it stopped. */
export async function asked<Result>(ask: () => Promise<Result>): Promise<Result> {
  try {
    return await ask();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new PipelineError(
      'TEACHER_DOWN',
      `the endpoint does not take batches: ${why}; mend the cause and run the same command again, nothing is sent twice`,
      { subject: 'teacher.baseUrl', cause: error },
    );
  }
}
