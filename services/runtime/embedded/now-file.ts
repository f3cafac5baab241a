/**
 * Keeps `log/now.json` while a run works, so that others may watch it without touching its log. It
 * is for people: where it cannot be written, the run goes on without it.
 */
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DeadLetterBody } from '../../../schemas/generated/types.ts';
import { type LetterNow, type RunNow, runNowPath } from '../../../schemas/run-now.ts';
import {
  deadLetterTopic,
  physicalTopic,
  type TopicName,
  topicNames,
} from '../../../schemas/topology.ts';
import { forEachRecord } from '../bus/topic-reader.ts';
import { timeOfDayMs } from '../clock.ts';
import type { Engine } from '../engine/engine.ts';
import { readStages, readTopics } from '../watch/flow.ts';
import { loadsOf, type Models } from '../watch/metrics.ts';

export interface NowFile {
  /** Writes how the run ended; resolves when nothing more is written. */
  end(state: Exclude<RunNow['state'], 'running'>): Promise<void>;
}

const intervalMs = 2_000;
const lettersMax = 50;
/** Of what a letter says, so that the file stays small. */
const detailCharactersMax = 1_000;

export function openNowFile(engine: Engine, models: Models): NowFile {
  const path = join(engine.run.outputFolder, runNowPath);
  const letters = createLetters(engine);
  const write = async (state: RunNow['state']) => {
    try {
      const now = await readNow(engine, models, state, await letters.read());
      await writeFile(`${path}.tmp`, `${JSON.stringify(now)}\n`);
      await rename(`${path}.tmp`, path);
    } catch (error) {
      engine.log.debug({ err: error }, 'what the run is doing could not be written');
    }
  };
  let writing: Promise<void> | null = null;
  // Where a write takes longer than a turn, turns are skipped: a queue of them would only grow.
  const tick = () => {
    writing ??= write('running').finally(() => {
      writing = null;
    });
  };
  tick();
  const timer = setInterval(tick, intervalMs);
  return {
    end: async (state) => {
      clearInterval(timer);
      await writing;
      await write(state);
    },
  };
}

async function readNow(
  { bus, run, metrics }: Engine,
  models: Models,
  state: RunNow['state'],
  { latest, counts }: Letters,
): Promise<RunNow> {
  const [ended, busy, inFlight] = [metrics.ended(), metrics.busyMs(), metrics.inFlight()];
  const stages = (await readStages(bus, run.dataset)).map((flow) => ({
    ...flow,
    inFlight: inFlight[flow.stage] ?? 0,
    ended: { ...ended[flow.stage] },
    busyMs: Math.round(busy[flow.stage] ?? 0),
  }));
  const topics = (await readTopics(bus, run.dataset)).map((flow) => ({
    ...flow,
    // Those that were taken back leave an empty row.
    dead: counts.get(flow.topic) ?? 0,
  }));
  return {
    format: 1,
    runId: run.runId,
    state,
    atMs: timeOfDayMs(),
    stages,
    topics,
    endpoints: loadsOf(models),
    spending: models.teacher?.load?.().spending ?? null,
    letters: [...latest],
  };
}

interface Letters {
  readonly latest: readonly LetterNow[];
  readonly counts: ReadonlyMap<TopicName, number>;
}

/** Reads each dead letter once, as they come. */
function createLetters({ bus, codec, run }: Engine): { read(): Promise<Letters> } {
  const from = new Map<TopicName, number[]>();
  const counts = new Map<TopicName, number>();
  const latest: LetterNow[] = [];
  const readTopic = async (topic: TopicName) => {
    const name = physicalTopic(run.dataset, deadLetterTopic(topic));
    const starts = from.get(topic) ?? [];
    from.set(topic, starts);
    await forEachRecord(
      bus,
      name,
      async ({ key, value, partition, offset }) => {
        starts[partition] = offset + 1;
        counts.set(topic, (counts.get(topic) ?? 0) + 1);
        const { envelope, body } = await codec.decodeDeadLetter(topic, value);
        latest.push(letterOf(topic, key, envelope.id, body));
        if (latest.length > lettersMax) latest.shift();
      },
      { from: [...starts] },
    );
  };
  return {
    read: async () => {
      for (const topic of topicNames) await readTopic(topic);
      return { latest, counts };
    },
  };
}

export function letterOf(
  topic: TopicName,
  key: string,
  id: string,
  { stage, reason, detail, attempts }: DeadLetterBody,
): LetterNow {
  const said = detail.slice(0, detailCharactersMax).toWellFormed();
  return { id, topic, stage, key, reason, detail: said, attempts };
}
