/** What a run reports while it runs and when it ends. Plain data; the CLI displays it. */
import type { Envelope, TopicBodies, Usage } from '../../../schemas/generated/types.ts';
import type { StageName, TopicName } from '../../../schemas/topology.ts';
import type { FactsOf } from '../report.ts';
import type { AnyStage } from '../stage.ts';

/** Progress as the runners of one process report it, and the limit that holds the source back. */
export interface RunProgress {
  /** Dead letters so far, against `runtime.deadLettersMax`. */
  deadLetters: number;
  /** Called for each record that was produced. */
  observe(topic: TopicName, envelope: Envelope, body: TopicBodies[TopicName]): void;
  /** Resolves when fewer than `limit` repositories are open, or the signal aborts. */
  openBelow(limit: number, signal: AbortSignal): Promise<void>;
}

export interface ProgressSnapshot {
  /** `total` is null until the input is closed. `done` counts trajectories, not shards. */
  readonly repositories: { found: number; total: number | null; done: number; dropped: number };
  readonly files: { planned: number; done: number };
  /** Sums of the tallies that the stages declare, by name, in the order of the flow. */
  readonly tallies: Readonly<Record<string, number>>;
  /** The stage that the run is mainly working on. */
  readonly phase: string;
}

export interface DroppedRepository {
  readonly name: string;
  readonly stage: string;
  readonly reason: string;
  readonly detail: string;
  readonly disposition: 'drop' | 'dead_letter';
}

/** Figures that the runtime knows of any run, whatever its stages are. */
export interface RunFigures {
  readonly repositories: { found: number; written: number; dropped: readonly DroppedRepository[] };
  readonly deadLetters: number;
  /** What the teacher's answers cost, also those about what was dropped. */
  readonly usage: Usage;
  /** Time spent inside each stage's handlers, summed over concurrent calls. */
  readonly stageBusyMs: Readonly<Record<StageName, number>>;
  readonly wallMs: number;
  readonly resumed: boolean;
  /**
   * True if the output was finished before and its log is gone: what was found, dropped and asked
   * is then unknown, and only the manifest can tell of the output.
   */
  readonly logMissing: boolean;
}

/** The figures of a run, with the facts that the reports of these stages add. */
export type SummaryOf<Stages extends readonly AnyStage[]> = RunFigures & Facts<Stages[number]>;

/**
 * The intersection of all reports' facts: inferring a parameter's type from a union of functions
 * intersects it.
 */
type Facts<Stage extends AnyStage> = (
  Stage extends { readonly report?: infer Report }
    ? (facts: FactsOf<NonNullable<Report>>) => void
    : never
) extends (all: infer All) => void
  ? All
  : never;
