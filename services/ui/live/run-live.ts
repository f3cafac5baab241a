/**
 * What a run in a folder is doing: by the file that it keeps while it works, and by its log once it
 * is over. Both are only read, and a file that another program wrote is refused by its schema.
 */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { type RunNow, runNowPath, runNowSchema } from '../../../schemas/run-now.ts';
import {
  deadLetterTopic,
  graph,
  physicalTopic,
  stageNames,
  type TopicName,
  topicNames,
} from '../../../schemas/topology.ts';
import { type RunLog, withRunLog } from '../../dataset/run-log/run-log.ts';
import { forEachRecord } from '../../runtime/bus/topic-reader.ts';
import { letterOf } from '../../runtime/embedded/now-file.ts';
import type { Letter } from '../../runtime/engine/try-again.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { parseJson } from '../../runtime/json.ts';
import { plainWire } from '../../runtime/records/wire.ts';
import { readTopics } from '../../runtime/watch/flow.ts';
import { recordOf } from './letter-record.ts';
import { type LiveSource, type Looked, lettersMax, pageOf } from './source.ts';
import type { LetterPage, LetterRow, LetterView, Look } from './view.ts';

/** A run that works writes every two seconds, more rarely on a machine with too much to do. */
const silentAfterMs = 60_000;
/** No run writes more. */
const nowBytesMax = 1_000_000;

export function openRunLive(folder: string, timeMs: () => number): LiveSource {
  const working = async () => {
    const now = await readNow(folder);
    return now !== null && stateOf(now, timeMs()) === 'running' ? now : null;
  };
  return {
    look: async () => {
      const now = await readNow(folder);
      if (now !== null) return { look: lookOf(now, timeMs()), why: null };
      return lookAtLog(folder);
    },
    letters: async () => {
      const now = await working();
      if (now === null) return lettersInLog(folder);
      const count = now.topics.reduce((sum, { dead }) => sum + dead, 0);
      return { ...pageOf(now.letters.map(asRow)), count, waiting: count };
    },
    letter: async (id) => {
      const now = await working();
      if (now === null) return letterInLog(folder, id);
      const letter = now.letters.find((each) => each.id === id);
      if (letter === undefined) throw unknownLetter(id);
      const why = 'its record is shown once the run is over: the log of a run at work is not read';
      return { ...asRow(letter), partition: null, offset: null, bytes: null, record: null, why };
    },
    close: async () => {},
  };
}

/** Null where there is none, or one that no run of this program wrote. */
async function readNow(folder: string): Promise<RunNow | null> {
  try {
    const file = await open(join(folder, runNowPath));
    try {
      const { size } = await file.stat();
      if (size > nowBytesMax) return null;
      return runNowSchema
        .nullable()
        .catch(null)
        .parse(parseJson(await file.readFile()));
    } finally {
      await file.close();
    }
  } catch {
    // An older run, a bucket's folder, or a folder that may not be read: the log may tell more.
    return null;
  }
}

function stateOf({ state, atMs }: RunNow, timeMs: number): Look['state'] {
  return state === 'running' && timeMs - atMs > silentAfterMs ? 'silent' : state;
}

function lookOf(now: RunNow, timeMs: number): Look {
  const { atMs, topics, endpoints, spending } = now;
  return {
    from: 'run',
    state: stateOf(now, timeMs),
    atMs,
    // The record that closed the input is never done: a restart reads it again.
    stages: now.stages.map(({ waiting, ...stage }) => ({
      ...stage,
      waiting: now.state === 'ended' && waiting !== null ? 0 : waiting,
      paused: false,
    })),
    ...{ topics, endpoints, spending },
    ...{ silent: [], answering: 1 },
  };
}

/** Of a run before there were such files: what its log holds. */
async function lookAtLog(folder: string): Promise<Looked> {
  const { found, why } = await withRunLog(folder, ({ bus, dataset }) => readTopics(bus, dataset));
  if (found === null) return { look: null, why };
  const records = new Map(found.map(({ topic, records }) => [topic, records]));
  const sum = (topics: readonly TopicName[]) =>
    topics.reduce((total, topic) => total + (records.get(topic) ?? 0), 0);
  const stages = stageNames.map((stage) => {
    const { reads, writes } = graph[stage];
    const done = sum(reads.length > 0 ? reads : writes.slice(0, 1));
    return { stage, done, waiting: null, inFlight: null, paused: false, ended: null, busyMs: null };
  });
  const rest = { endpoints: [], spending: null, silent: [], answering: 0 };
  return { look: { from: 'log', state: 'ended', atMs: null, stages, topics: found, ...rest }, why };
}

function asRow(letter: Omit<LetterRow, 'status' | 'retries'>): LetterRow {
  return { ...letter, status: 'waiting', retries: null };
}

async function lettersInLog(folder: string): Promise<LetterPage> {
  const letters: LetterRow[] = [];
  let count = 0;
  const { found, why } = await withRunLog(folder, async (log) => {
    await forEachLetter(log, async ({ topic, key, id, body }) => {
      count += 1;
      if (letters.length < lettersMax) letters.push(asRow(letterOf(topic, key, id, body)));
    });
    return { ...pageOf(letters), count, waiting: count };
  });
  return found ?? { letters: [], count: 0, waiting: 0, why };
}

async function letterInLog(folder: string, id: string): Promise<LetterView> {
  const { found, why } = await withRunLog(folder, async (log) => {
    const views: LetterView[] = [];
    await forEachLetter(log, async ({ topic, key, body, ...letter }) => {
      if (letter.id !== id) return;
      const { partition, offset, payload } = body;
      const row = asRow(letterOf(topic, key, id, body));
      const record = await recordOf(body, (bytes) => log.codec.decode(topic, bytes));
      const place = { partition, offset, bytes: payload.byteLength };
      views.push({ ...row, ...place, ...record });
    });
    return views.at(-1) ?? null;
  });
  if (found === null && why !== null) throw new PipelineError('USAGE', `not shown, because ${why}`);
  if (found === null) throw unknownLetter(id);
  return found;
}

async function forEachLetter(
  { bus, dataset }: RunLog,
  visit: (letter: Letter) => Promise<void>,
): Promise<void> {
  for (const topic of topicNames) {
    await forEachRecord(bus, physicalTopic(dataset, deadLetterTopic(topic)), async (record) => {
      const { envelope, body } = await plainWire.decodeDeadLetter(topic, record.value);
      await visit({ topic, key: record.key, id: envelope.id, body });
    });
  }
}

function unknownLetter(id: string): PipelineError {
  return new PipelineError('USAGE', `no dead letter here has the id ${id}`, { subject: id });
}
