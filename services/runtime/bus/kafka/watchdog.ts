/**
 * Detects a consumer that receives nothing although there are records: kafkajs has stalled silently
 * before. Only a new process helps, so the stage fails with CONSUMER_STALLED. And detects records
 * that are deleted before the consumer has them (LOG_TRUNCATED), which kafkajs steps over.
 */
import { PipelineError } from '../../errors.ts';
import { partitionName } from '../bus.ts';
import { deletedBefore, type OffsetRange } from '../truncation.ts';
import type { Assignment, Assignments } from './assignments.ts';
import type { Topics } from './topics.ts';

export interface WatchdogOptions {
  readonly group: string;
  readonly stallMs: number;
  /** When the consumer last showed activity of any kind. */
  readonly lastSignMs: () => number;
  /** How long the consumer may wait silently for an answer. */
  readonly answerMsMax: number;
  readonly onStall: (error: PipelineError) => void;
}

/** Checks per `stallMs`. */
const looksPerStall = 4;
/** Records can be deleted at any time, and every moment of silence about it is one too many. */
const lookMsMax = 10_000;

export function startWatchdog(
  assignments: Assignments,
  topics: Pick<Topics, 'ranges'>,
  { group, stallMs, lastSignMs, answerMsMax, onStall }: WatchdogOptions,
): { stop(): void } {
  let looking = false;

  const look = async () => {
    const now = performance.now();
    // Checked first, because between two memberships the consumer owns no partition that could
    // stall.
    if (now - lastSignMs() > stallMs + answerMsMax) {
      onStall(silent(group, now - lastSignMs()));
      return;
    }
    const begun = assignments.all().filter(({ next }) => next !== null);
    for (const topic of new Set(begun.map(({ at }) => at.topic))) {
      const ranges = await topics.ranges(topic);
      for (const assignment of begun.filter(({ at }) => at.topic === topic)) {
        const range = ranges[assignment.at.partition];
        if (range === undefined || !assignments.owns(assignment)) continue;
        const problem = problemOf(assignment, range, now);
        if (problem !== null) {
          onStall(problem);
          return;
        }
      }
    }
  };
  const problemOf = (assignment: Assignment, { start, end }: OffsetRange, now: number) => {
    const { at, next } = assignment;
    // kafkajs goes on at the start in silence; where nothing is left it has nothing to go on with.
    if (next !== null && next < start) return deletedBefore(at, next, start);
    if (!isSilent(assignment, now, stallMs)) return null;
    if (end > (next ?? 0)) return stalled(assignment, end, stallMs);
    // A partition without new records counts as having made progress.
    assignment.progressMs = now;
    return null;
  };

  const timer = setInterval(
    () => {
      if (looking) return;
      looking = true;
      look()
        // If brokers do not answer, the calls that need them report it.
        .catch(() => {})
        .finally(() => {
          looking = false;
        });
    },
    Math.min(stallMs / looksPerStall, lookMsMax),
  );
  timer.unref();
  return { stop: () => clearInterval(timer) };
}

function isSilent(assignment: Assignment, nowMs: number, stallMs: number): boolean {
  return !assignment.paused && nowMs - assignment.progressMs > stallMs;
}

function silent(group: string, ms: number): PipelineError {
  return new PipelineError(
    'CONSUMER_STALLED',
    `the consumer of ${group} has given no sign for ${Math.round(ms / 1000)} s; start the process again: it goes on at its commits`,
    { subject: group },
  );
}

function stalled({ at, next }: Assignment, end: number, stallMs: number): PipelineError {
  return new PipelineError(
    'CONSUMER_STALLED',
    `nothing came from ${partitionName(at)} for ${Math.round(stallMs / 1000)} s, but it has records from ${next} to ${end}; start the process again: it goes on at its commits`,
    { subject: partitionName(at) },
  );
}
