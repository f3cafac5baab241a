/**
 * What a trace holds of a repository: one span for every record that a stage handled, below the
 * span of the stage that wrote the record. All ids derive from those of the records, so every
 * process of a cluster finds the same trace, and no record carries anything for it. Pure.
 */
import type { Envelope } from '../../../../schemas/generated/types.ts';
import { graph, lifecycle, type StageName, stageNames } from '../../../../schemas/topology.ts';
import type { CallWatcher } from '../../../ports/calls.ts';
import type { ErrorCode } from '../../errors.ts';
import { sha256 } from '../../ids.ts';
import type { Subject } from '../../outcomes.ts';
import type { HandledAs } from '../metrics.ts';

export interface Traces {
  /** The source has found a repository: the root of its trace, which began so long ago. */
  found(envelope: Envelope, subject: Subject, how: HandledAs, seconds: number): void;
  /** A stage has begun a record. */
  begun(stage: StageName, envelope: Envelope): OpenSpan;
  /** A writer has stored what is left of these repositories under a name. */
  stored(stage: StageName, name: string, repositoryIds: readonly string[]): void;
  /** Tells calls of models below the record that they are made for; null while nobody asks. */
  readonly calls: CallWatcher | null;
  /** Sends what is not sent yet; gives up after a few seconds. */
  close(): Promise<void>;
}

export interface OpenSpan {
  /** Does the record's work; calls of models that it makes are told below it. */
  around<Result>(work: () => Result): Result;
  /** A call of the handler ended so; another one may follow. */
  ended(how: HandledAs, code?: ErrorCode): void;
  /** The last call has ended. Without an ended call there was none, and the span is not told. */
  close(): void;
}

const noSpan: OpenSpan = { around: (work) => work(), ended: () => {}, close: () => {} };

/** While nobody asks for traces. */
export const noTraces: Traces = {
  found: () => {},
  begun: () => noSpan,
  stored: () => {},
  calls: null,
  close: async () => {},
};

/** The stage that finds repositories: its spans are the roots. */
const source = stageNames.find((name) => graph[name].writes.includes(lifecycle.found as never));

/** 16 bytes in hexadecimal, from what names the repository in its data set. */
export function traceIdOf({ dataset, repositoryId }: Pick<Envelope, 'dataset' | 'repositoryId'>) {
  return sha256(`trace/${dataset}/${repositoryId}`).slice(0, 32);
}

/** 8 bytes in hexadecimal: a stage handling a record. */
export function spanIdOf(dataset: string, stage: string, recordId: string): string {
  return sha256(`span/${dataset}/${stage}/${recordId}`).slice(0, 16);
}

/** The span of the source that found the repository. */
export function rootIdOf({ dataset, repositoryId }: Pick<Envelope, 'dataset' | 'repositoryId'>) {
  return spanIdOf(dataset, source ?? '', repositoryId);
}

/**
 * The span of the stage that wrote the record. A join handles the repository itself, which has no
 * record of its own: it stands below the root.
 */
export function parentIdOf(envelope: Envelope): string {
  const { id, parentId, repositoryId, dataset, stage } = envelope;
  return id === repositoryId ? rootIdOf(envelope) : spanIdOf(dataset, stage, parentId);
}
