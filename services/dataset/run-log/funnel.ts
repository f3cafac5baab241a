/**
 * The way of a run's repositories from the input to trajectories: how many came and went on, which
 * ended where and why, what was left out of the others, and what the answers of the teacher cost.
 */
import type { DroppedBody, Usage } from '../../../schemas/generated/types.ts';
import { graph, type StageName } from '../../../schemas/topology.ts';
import { noUsage, sumUsage } from '../../ports/usage.ts';
import { IdSet } from '../../runtime/hashes/id-set.ts';
import { type Marks, openMarks } from './marks.ts';
import { type FromLog, forEachBody, forEachLastBody, type RunLog, withRunLog } from './run-log.ts';

export interface RunFunnel extends Marks {
  readonly found: number;
  readonly admitted: number;
  readonly written: number;
  readonly dropped: readonly Omit<DroppedBody, 'usage'>[];
  /** Drops that are counted in no list, because there are too many. */
  readonly unlisted: number;
  /** Files that admitted repositories were written without, by reason. */
  readonly skippedFiles: Readonly<Record<string, number>>;
  readonly redactedFiles: number;
  readonly redactions: number;
  readonly usage: Usage;
}

/** A list of more drops than this takes more memory than it helps. */
const droppedMax = 200_000;

export async function readFunnel(outputFolder: string | null): Promise<FromLog<RunFunnel>> {
  return withRunLog(outputFolder, async (log) => {
    const { dropped, unlisted, afterwards, usage: lost } = await readDrops(log);
    const { admitted, ...gates } = await readAdmitted(log);
    const found = await countIds(log, 'repo-found');
    // A trajectory that a later stage dropped is in no shard.
    const written = (await countIds(log, 'trajectory')) - afterwards;
    const usage = sumUsage([lost, await readUsage(log)]);
    return { found, admitted, written, dropped, unlisted, ...gates, usage };
  });
}

async function readDrops(log: RunLog) {
  const dropped: Omit<DroppedBody, 'usage'>[] = [];
  let [unlisted, afterwards] = [0, 0];
  let sum = noUsage;
  await forEachLastBody(log, 'dropped', ({ body: { usage, ...body } }) => {
    sum = sumUsage([sum, usage]);
    if (graph[body.stage as StageName]?.reads.includes('trajectory')) afterwards += 1;
    if (dropped.length < droppedMax) dropped.push(body);
    else unlisted += 1;
  });
  return { dropped, unlisted, afterwards, usage: sum };
}

async function readAdmitted(log: RunLog) {
  let admitted = 0;
  const skippedFiles: Record<string, number> = {};
  const marks = openMarks();
  let [redactedFiles, redactions] = [0, 0];
  await forEachLastBody(log, 'repo-admitted', ({ body: { repository } }) => {
    admitted += 1;
    for (const { reason } of repository.skipped) {
      skippedFiles[reason] = (skippedFiles[reason] ?? 0) + 1;
    }
    for (const file of repository.files) {
      marks.add(file);
      redactions += file.redactions;
      if (file.redactions > 0) redactedFiles += 1;
    }
  });
  return { admitted, skippedFiles, redactedFiles, redactions, ...marks.facts() };
}

async function countIds(log: RunLog, topic: 'repo-found' | 'trajectory'): Promise<number> {
  const seen = new IdSet();
  await forEachBody(log, topic, ({ envelope }) => void seen.add(envelope.id));
  return seen.size;
}

/** The cost of plans and of files; a file's is that of its first thought and of its search. */
async function readUsage(log: RunLog): Promise<Usage> {
  let sum = noUsage;
  for (const topic of ['repo-plan', 'file-thought'] as const) {
    await forEachLastBody(log, topic, ({ body }) => {
      sum = sumUsage([sum, body.usage]);
    });
  }
  return sum;
}
