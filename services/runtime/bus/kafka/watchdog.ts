/**
 * Detects a consumer that receives nothing although there are records: kafkajs has stalled silently
 * before. Only a new process helps, so the stage fails with CONSUMER_STALLED.
 */

import { PipelineError } from '../../errors.ts';
import { partitionName } from '../bus.ts';
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

export function startWatchdog(
  assignments: Assignments,
  topics: Pick<Topics, 'ends'>,
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
    const waiting = assignments.all().filter((each) => isSilent(each, now, stallMs));
    for (const topic of new Set(waiting.map(({ at }) => at.topic))) {
      const ends = await topics.ends(topic);
      for (const assignment of waiting.filter(({ at }) => at.topic === topic)) {
        const { at, next } = assignment;
        if (!assignments.owns(assignment) || !isSilent(assignment, now, stallMs)) continue;
        if ((ends[at.partition] ?? 0) > (next ?? 0)) {
          onStall(stalled(assignment, ends[at.partition] ?? 0, stallMs));
          return;
        }
        // A partition without new records counts as having made progress.
        assignment.progressMs = now;
      }
    }
  };

  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    look()
      // If brokers do not answer, the calls that need them report it.
      .catch(() => {})
      .finally(() => {
        looking = false;
      });
  }, stallMs / looksPerStall);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}

function isSilent(assignment: Assignment, nowMs: number, stallMs: number): boolean {
  return !assignment.paused && nowMs - assignment.progressMs > stallMs;
}

function silent(group: string, ms: number): PipelineError {
  return new PipelineError(
    'CONSUMER_STALLED',
    `the consumer of ${group} has given no sign for ${Math.round(ms / 1000)} s; start the process again: nothing is lost`,
    { subject: group },
  );
}

function stalled({ at, next }: Assignment, end: number, stallMs: number): PipelineError {
  return new PipelineError(
    'CONSUMER_STALLED',
    `nothing came from ${partitionName(at)} for ${Math.round(stallMs / 1000)} s, but it has records from ${next} to ${end}; start the process again: nothing is lost`,
    { subject: partitionName(at) },
  );
}
