/**
 * Notices a consumer that receives nothing although there are records: kafkajs has stalled in
 * silence before. A new process is the remedy, so the stage fails with CONSUMER_STALLED.
 */
import { PipelineError } from '../../errors.ts';
import { type Assignment, type Assignments, nameOf } from './assignments.ts';
import type { Topics } from './topics.ts';

export interface WatchdogOptions {
  readonly group: string;
  readonly stallMs: number;
  /** When the consumer last gave any sign, of whatever kind. */
  readonly lastSignMs: () => number;
  /** How long it may wait for an answer in silence. */
  readonly answerMsMax: number;
  readonly onStall: (error: PipelineError) => void;
}

/** Looks this often within the time that counts as a stall. */
const looksPerStall = 4;

export function startWatchdog(
  assignments: Assignments,
  topics: Pick<Topics, 'ends'>,
  { group, stallMs, lastSignMs, answerMsMax, onStall }: WatchdogOptions,
): { stop(): void } {
  let looking = false;

  const look = async () => {
    const now = performance.now();
    // Between two memberships it owns nothing that could be late.
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
        // Nothing to receive is as good as having received.
        assignment.progressMs = now;
      }
    }
  };

  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    look()
      // Brokers that do not answer are the business of those who need them.
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
    `nothing came from ${nameOf(at)} for ${Math.round(stallMs / 1000)} s, but it goes on from ${next} to ${end}; start the process again: nothing is lost`,
    { subject: nameOf(at) },
  );
}
