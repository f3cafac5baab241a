/**
 * Counts a run's progress from its records, by id, so that a redelivered record counts once. Ids
 * are remembered only while their repository may write records, so memory does not grow with the
 * run. A resumed run rebuilds the counts by reading its topics.
 */
import type { Envelope, TopicBodies } from '../../../schemas/generated/types.ts';
import {
  graph,
  lifecycle,
  readerOf,
  type StageName,
  stageNames,
  type TopicName,
  topics,
  writerOf,
} from '../../../schemas/topology.ts';
import type { Tally } from '../report.ts';
import type { AnyStage } from '../stage.ts';
import type { Metrics } from '../watch/metrics.ts';
import type { ProgressSnapshot, RunProgress } from '../watch/progress.ts';
import { Positions } from './positions.ts';

/** The stages that work on single files, each with the file topics it reads and writes. */
const fileStages = stageNames.flatMap((stage) => {
  const isFiles = (topic: TopicName) => topics[topic].about === 'file';
  const [before, behind] = [graph[stage].reads.find(isFiles), graph[stage].writes.find(isFiles)];
  return before === undefined || behind === undefined ? [] : [{ stage, before, behind }];
});

/** A repository that may still write records. */
interface LiveRepository {
  /** Topic and id of every counted record. */
  readonly ids: Set<string>;
  /** Number of files that have begun and not ended. */
  files: number;
}

/** Position under which records about the whole data set are remembered; these are few. */
const ofNoRepository = -1;

export class ProgressTracker implements RunProgress {
  deadLetters = 0;
  readonly #metrics: Metrics;
  readonly #tallies: readonly { readonly name: string; readonly tally: Tally; sum: number }[];
  readonly #found = new Positions();
  readonly #ended = new Positions();
  /** Repositories that may still write records, by their position. */
  readonly #live = new Map<number, LiveRepository>();
  readonly #records = new Map<TopicName, number>();
  readonly #waiting = new Set<() => void>();
  #total: number | null = null;

  constructor(metrics: Metrics, stages: readonly AnyStage[]) {
    this.#metrics = metrics;
    this.#tallies = stages.flatMap(({ report }) =>
      Object.entries<Tally>(report?.tallies ?? {}).map(([name, tally]) => ({
        name,
        tally,
        sum: 0,
      })),
    );
  }

  observe(topic: TopicName, envelope: Envelope, body: TopicBodies[TopicName]): void {
    const position = topics[topic].about === 'dataset' ? ofNoRepository : envelope.sourceSequence;
    const live = this.#live.get(position) ?? { ids: new Set(), files: 0 };
    // A record of a finished repository is a redelivery: it was counted before.
    if (!this.#live.has(position) && this.#ended.has(position)) return;
    this.#live.set(position, live);
    const key = `${topic}/${envelope.id}`;
    if (live.ids.has(key)) return;
    live.ids.add(key);
    this.count(topic, envelope, body);
    if (topic === lifecycle.fileBegun) live.files += 1;
    if (topic === lifecycle.fileEnded) live.files -= 1;
    if (this.#ended.has(position) && live.files === 0) this.#live.delete(position);
    for (const wake of this.#waiting) wake();
  }

  /** Counts a record that is known to be new. */
  count(topic: TopicName, envelope: Envelope, body: TopicBodies[TopicName]): void {
    const { found, written, dropped, closed } = lifecycle;
    const ends = topic === written || topic === dropped;
    // A source that cannot be read is dropped without having been found.
    if (ends || topic === found) this.#found.add(envelope.sourceSequence);
    if (ends) this.#ended.add(envelope.sourceSequence);
    if (topic === closed) this.#total = (body as TopicBodies[typeof closed]).sources;
    this.#records.set(topic, this.#recordsOf(topic) + 1);
    for (const each of this.#tallies) {
      if (each.tally.topic === topic) each.sum += each.tally.of(body);
    }
  }

  #recordsOf(topic: TopicName): number {
    return this.#records.get(topic) ?? 0;
  }

  /** Number of repositories that were found and have not ended. */
  get open(): number {
    return this.#found.size - this.#ended.size;
  }

  /** Number of repositories whose records are remembered. */
  get live(): number {
    return this.#live.size;
  }

  /** Resolves when fewer than `limit` repositories are open, or the signal aborts. */
  async openBelow(limit: number, signal: AbortSignal): Promise<void> {
    while (this.open >= limit && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const wake = () => {
          this.#waiting.delete(wake);
          signal.removeEventListener('abort', wake);
          resolve();
        };
        this.#waiting.add(wake);
        signal.addEventListener('abort', wake, { once: true });
      });
    }
  }

  snapshot(): ProgressSnapshot {
    const { written, dropped, fileBegun, fileEnded } = lifecycle;
    return {
      repositories: {
        found: this.#found.size,
        total: this.#total,
        done: this.#recordsOf(written),
        dropped: this.#recordsOf(dropped),
      },
      files: { planned: this.#recordsOf(fileBegun), done: this.#recordsOf(fileEnded) },
      tallies: this.#talliesByName(),
      phase: this.#phase(),
    };
  }

  #talliesByName(): Record<string, number> {
    const sums: Record<string, number> = {};
    for (const { name, tally, sum } of this.#tallies) {
      const counted = tally.ahead === null ? 0 : this.#metrics.value(tally.ahead);
      sums[name] = (sums[name] ?? 0) + Math.max(sum, counted);
    }
    return sums;
  }

  #phase(): StageName {
    const { found, written, fileBegun, fileEnded } = lifecycle;
    if (this.#found.size === 0) return writerOf(found);
    if (this.#recordsOf(fileBegun) === 0) return readerOf(found);
    if (this.#recordsOf(fileEnded) < this.#recordsOf(fileBegun)) return this.#busiestFileStage();
    return this.open > 0 ? writerOf(written) : readerOf(written);
  }

  /** The file stage with the most waiting files; of two with equally many, the later one. */
  #busiestFileStage(): StageName {
    const waiting = fileStages.map(({ stage, before, behind }) => ({
      stage,
      files: this.#recordsOf(before) - this.#recordsOf(behind),
    }));
    return waiting.reduce((most, each) => (each.files >= most.files ? each : most)).stage;
  }
}
