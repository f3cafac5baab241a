/**
 * What a stage tells of its work: counters for /metrics, figures of the progress line, and its part
 * of a run's summary. It is declared in the stage's folder; the runtime adds up what it is given.
 */
import type { TopicBodies } from '../../schemas/generated/types.ts';
import type { TopicName } from '../../schemas/topology.ts';

export interface CounterDefinition {
  readonly help: string;
  /** What is counted, in the plural. */
  readonly unit: string;
}

/** A figure of the progress line: a sum over records. Figures of one name are added up. */
export interface Tally {
  readonly topic: TopicName;
  readonly of: (body: TopicBodies[TopicName]) => number;
  /** A counter of this process that knows more, where records come late; null for none. */
  readonly ahead: string | null;
}

/** A part of the summary, made from every body of a topic. */
export interface Section<Facts extends object = object> {
  readonly topic: TopicName;
  readonly of: (bodies: readonly TopicBodies[TopicName][]) => Facts;
}

export interface StageReport {
  /** By name; in /metrics it is `backstory_NAME_total`. */
  readonly counters: Readonly<Record<string, CounterDefinition>>;
  readonly tallies?: Readonly<Record<string, Tally>>;
  readonly section?: Section;
}

/** Of a stage that tells nothing beyond what the runtime counts for every stage. */
export interface NoReport {
  readonly counters: Readonly<Record<never, CounterDefinition>>;
}

export type CounterOf<Report extends StageReport> = keyof Report['counters'] & string;

/** What a report adds to the summary. */
export type FactsOf<Report> = Report extends { readonly section: Section<infer Facts> }
  ? Facts
  : unknown;

export function tally<Topic extends TopicName>(
  topic: Topic,
  of: (body: TopicBodies[Topic]) => number,
  ahead: string | null = null,
): Tally {
  // A tally is only given bodies of its own topic.
  return { topic, of: of as Tally['of'], ahead };
}

export function section<Topic extends TopicName, Facts extends object>(
  topic: Topic,
  of: (bodies: readonly TopicBodies[Topic][]) => Facts,
): Section<Facts> {
  return { topic, of: of as Section<Facts>['of'] };
}
