/**
 * What a stage reports about its work: counters for /metrics, figures of the progress line, and its
 * part of a run's summary. Each stage declares its report in its own folder; the runtime adds up
 * the figures.
 */
import type { TopicBodies, Usage } from '../../schemas/generated/types.ts';
import type { TopicName } from '../../schemas/topology.ts';

export interface CounterDefinition {
  readonly help: string;
  /** What is counted, in the plural. */
  readonly unit: string;
}

/** A figure of the progress line: a sum over records. Figures of the same name are added up. */
export interface Tally {
  readonly topic: TopicName;
  readonly of: (body: TopicBodies[TopicName]) => number;
  /**
   * Name of a counter in this process that runs ahead of the records, where records come late; null
   * for none.
   */
  readonly ahead: string | null;
}

/**
 * A part of the summary, made from every body of a topic, one after the other: a run may have more
 * bodies than fit into memory. The facts must not depend on their order.
 */
export interface Section<Facts extends object = object> {
  readonly topic: TopicName;
  readonly open: () => Figures<TopicBodies[TopicName], Facts>;
}

/** Figures that grow with each body. */
export interface Figures<Body, Facts extends object> {
  add(body: Body): void;
  facts(): Facts;
}

/** What the teacher's work on one record cost. */
export interface Cost {
  readonly topic: TopicName;
  readonly of: (body: TopicBodies[TopicName]) => Usage;
}

export interface StageReport {
  /** Counters by name; in /metrics the name becomes `backstory_NAME_total`. */
  readonly counters: Readonly<Record<string, CounterDefinition>>;
  readonly tallies?: Readonly<Record<string, Tally>>;
  readonly section?: Section;
  /** What records of a topic cost; the summary adds it up, whatever became of the repository. */
  readonly cost?: Cost;
}

/** The report of a stage that adds nothing to what the runtime counts for every stage. */
export interface NoReport {
  readonly counters: Readonly<Record<never, CounterDefinition>>;
}

export type CounterOf<Report extends StageReport> = keyof Report['counters'] & string;

/** The facts that a report adds to the summary. */
export type FactsOf<Report> = Report extends { readonly section: Section<infer Facts> }
  ? Facts
  : unknown;

export function tally<Topic extends TopicName>(
  topic: Topic,
  of: (body: TopicBodies[Topic]) => number,
  ahead: string | null = null,
): Tally {
  // Safe, because a tally receives only bodies of its own topic.
  return { topic, of: of as Tally['of'], ahead };
}

export function section<Topic extends TopicName, Facts extends object>(
  topic: Topic,
  open: () => Figures<TopicBodies[Topic], Facts>,
): Section<Facts> {
  // Safe, because a section receives only bodies of its own topic.
  return { topic, open: open as Section<Facts>['open'] };
}

export function cost<Topic extends TopicName>(
  topic: Topic,
  of: (body: TopicBodies[Topic]) => Usage,
): Cost {
  return { topic, of: of as Cost['of'] };
}
