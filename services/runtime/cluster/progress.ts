/**
 * Decides when the source waits in a cluster, and when a bounded data set has ended. Both follow
 * from lag, so that no process reads topics only to count. Lag cannot drift as a count of records
 * would, where redelivery writes some of them twice.
 */
import {
  graph,
  lifecycle,
  physicalTopic,
  type StageName,
  stageNames,
  type TopicName,
  topics,
  writerOf,
} from '../../../schemas/topology.ts';
import type { Bus } from '../bus/bus.ts';
import { partitionLags, recordsIn, truncationOf, unfinished } from '../bus/lag.ts';
import { requireWhole } from '../bus/topic-reader.ts';
import { type Clock, sleepUnlessAborted } from '../clock.ts';
import { isInputClosed } from '../engine/closed-input.ts';
import type { EnvelopeReader } from '../engine/unreadable.ts';
import type { RunProgress } from '../watch/progress.ts';

/** Between two readings of the lag, while the source waits. */
const pollMs = 1000;

/** Counts dead letters of this process, and repositories in flight in the whole cluster. */
export function createClusterProgress(bus: Bus, dataset: string, clock: Clock): RunProgress {
  let measured = Number.POSITIVE_INFINITY;
  let foundSince = 0;
  return {
    deadLetters: 0,
    observe: (topic) => {
      if (topic === lifecycle.found) foundSince += 1;
    },
    openBelow: async (limit, signal) => {
      while (measured + foundSince >= limit && !signal.aborted) {
        measured = await openRepositories(bus, dataset);
        foundSince = 0;
        if (measured >= limit) await sleepUnlessAborted(clock, pollMs, signal);
      }
    },
  };
}

/**
 * Repositories that were found and have not ended, as closely as offsets tell: repositories whose
 * own record waits, plus the waiting files divided by the mean number of files per repository.
 */
export async function openRepositories(bus: Bus, dataset: string): Promise<number> {
  let repositories = 0;
  let files = 0;
  for (const stage of upTo(writerOf(lifecycle.written))) {
    const waiting = await unfinished(bus, dataset, stage);
    const [reads] = graph[stage].reads;
    if (reads !== undefined && topics[reads].about === 'file') files += waiting;
    else repositories += waiting;
  }
  const split = Math.max(1, await recordsIn(bus, dataset, lifecycle.split));
  const filesEach = (await recordsIn(bus, dataset, lifecycle.fileBegun)) / split;
  return repositories + Math.ceil(files / Math.max(1, filesEach));
}

/**
 * True when the input is closed and the stage, and every stage before it, has finished all of its
 * records. The stages are asked in the order of the flow: a stage that is done with a closed input
 * writes nothing more, so the input of the next stage is final. LOG_TRUNCATED where records are
 * gone that one of them needs: it never finishes.
 */
export async function isDrained(
  bus: Bus,
  codec: EnvelopeReader,
  dataset: string,
  last: StageName,
): Promise<boolean> {
  if (!(await isInputClosed(bus, codec, dataset))) {
    // The record that closed it may be among those that were deleted.
    await requireWhole(bus, physicalTopic(dataset, lifecycle.closed));
    return false;
  }
  for (const stage of upTo(last)) {
    const lags = await partitionLags(bus, dataset, stage);
    for (const lag of lags) {
      const gone = truncationOf(dataset, lag);
      if (gone !== null) throw gone;
    }
    if (lags.some((lag) => lag.unfinished > 0)) return false;
  }
  return true;
}

/** The stages up to and including `last` that read a topic, in the order of the flow. */
function upTo(last: StageName): StageName[] {
  const through = stageNames.slice(0, stageNames.indexOf(last) + 1);
  const reads = (stage: StageName): readonly TopicName[] => graph[stage].reads;
  return through.filter((stage) => reads(stage).length > 0);
}
