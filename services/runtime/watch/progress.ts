/** What a run tells while it goes and when it ends. Plain data; drawing it is the CLI's part. */
import type { Envelope, TopicBodies } from '../../../schemas/generated/types.ts';
import type { StageName, TopicName } from '../../../schemas/topology.ts';
import type { FactsOf } from '../report.ts';
import type { AnyStage } from '../stage.ts';

/** What the runners of one process tell of their work, and what holds the source back. */
export interface RunProgress {
  /** Dead letters so far, against `runtime.deadLettersMax`. */
  deadLetters: number;
  /** A record was produced. */
  observe(topic: TopicName, envelope: Envelope, body: TopicBodies[TopicName]): void;
  /** Resolves when fewer than `limit` repositories are open, or the signal aborts. */
  openBelow(limit: number, signal: AbortSignal): Promise<void>;
}

export interface ProgressSnapshot {
  /** `total` is null until the input is closed. `done` counts trajectories, not shards. */
  readonly repositories: { found: number; total: number | null; done: number; dropped: number };
  readonly files: { planned: number; done: number };
  /** What the stages declare as tallies, by name, in the order of the flow. */
  readonly tallies: Readonly<Record<string, number>>;
  /** The stage that has most to do. */
  readonly phase: string;
}

export interface DroppedRepository {
  readonly name: string;
  readonly stage: string;
  readonly reason: string;
  readonly detail: string;
  readonly disposition: 'drop' | 'dead_letter';
}

/** What the runtime knows of a run, whatever its stages are. */
export interface RunFigures {
  readonly repositories: { found: number; written: number; dropped: readonly DroppedRepository[] };
  readonly deadLetters: number;
  /** Time spent inside each stage's handlers, summed over concurrent calls. */
  readonly stageBusyMs: Readonly<Record<StageName, number>>;
  readonly wallMs: number;
  readonly resumed: boolean;
}

/** With what the reports of these stages add. */
export type SummaryOf<Stages extends readonly AnyStage[]> = RunFigures & Facts<Stages[number]>;

/** The facts of all reports at once: as a parameter's type, one from each stage makes an &. */
type Facts<Stage extends AnyStage> = (
  Stage extends { readonly report?: infer Report }
    ? (facts: FactsOf<NonNullable<Report>>) => void
    : never
) extends (all: infer All) => void
  ? All
  : never;
