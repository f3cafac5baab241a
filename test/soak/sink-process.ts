/**
 * One sink of a group, as a process that can be killed and paused: `sink-process.ts FOLDER OUT
 * bounded|live`. It reads the recorded log, takes the partitions that its parent assigns, starts
 * each where its writer says, and tells its parent when it has nothing left to do.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StageRecord } from '../../services/runtime/stage.ts';
import { createHarness } from '../samples/sink-harness.ts';

/** What the parent says; a newer generation replaces the older one. */
export interface Assignment {
  readonly generation: number;
  readonly partitions: readonly number[];
}

/** What the child says when its partitions are read to the end and its output is durable. */
export interface Quiet {
  readonly generation: number;
}

export const logName = 'records.jsonl';

/** Small enough that most of the time goes into commits, where the races are. */
export const groupKnobs = { contextLength: 512, shardBytesMax: 4096, openPacksMax: 6 };

async function main(): Promise<void> {
  const [folder = '', out = '', mode = ''] = process.argv.slice(2);
  const bounded = mode === 'bounded';
  const log = readLog(folder);
  const harness = await createHarness(folder);
  const writer = await harness.open(out, { bounded, knobs: groupKnobs });
  let next: Assignment | null = null;
  let wake = () => {};
  process.on('message', (message: Assignment) => {
    next = message;
    wake();
  });
  process.on('disconnect', () => process.exit(0));
  process.send?.({ generation: 0 } satisfies Quiet);
  let current: Assignment = { generation: 0, partitions: [] };
  let queues = new Map<string, StageRecord[]>();
  let { done } = writer.begin();
  for (;;) {
    const assignment = next as Assignment | null;
    if (assignment !== null && assignment.generation !== current.generation) {
      const from = (record: StageRecord) => writer.resumeOffset(record.topic, record.partition);
      queues = assign(log, current, assignment, queues, from);
      current = assignment;
    }
    const record = shiftOne(queues);
    if (record !== null && !done) {
      done = (await writer.accept(record)).done;
      continue;
    }
    if (!bounded) await writer.idle?.();
    process.send?.({ generation: current.generation } satisfies Quiet);
    if ((next as Assignment | null)?.generation === current.generation || next === null) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }
}

function readLog(folder: string): StageRecord[] {
  const lines = readFileSync(join(folder, logName), 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as StageRecord);
}

/** Queues by topic and partition: kept ones go on, new ones start where the writer says. */
function assign(
  log: readonly StageRecord[],
  before: Assignment,
  after: Assignment,
  queues: ReadonlyMap<string, StageRecord[]>,
  from: (record: StageRecord) => number,
): Map<string, StageRecord[]> {
  const assigned = new Map<string, StageRecord[]>();
  for (const record of log) {
    const { topic, partition, offset } = record;
    if (!after.partitions.includes(partition)) continue;
    const key = `${topic}/${partition}`;
    const kept = before.partitions.includes(partition) ? queues.get(key) : undefined;
    const queue = kept ?? assigned.get(key) ?? [];
    assigned.set(key, queue);
    if (kept === undefined && offset >= from(record)) queue.push(record);
  }
  return assigned;
}

/** The next record of the longest queue: partitions advance about evenly. */
function shiftOne(queues: ReadonlyMap<string, StageRecord[]>): StageRecord | null {
  const longest = [...queues.values()].sort((a, b) => b.length - a.length)[0];
  return longest?.shift() ?? null;
}

if (import.meta.main) await main();
