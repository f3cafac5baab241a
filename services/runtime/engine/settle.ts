/**
 * Runs a handler to its decision: retries with full jitter, turns coded errors into outcomes by
 * their disposition, and lets anything else through as a crash. Shared by maps and joins.
 */

import type { StageName } from '../../../schemas/topology.ts';
import { asPipelineError, type ErrorCode, PipelineError } from '../errors.ts';
import type { Emit, Outcome, Subject } from '../outcomes.ts';
import type { Engine } from './engine.ts';

interface Ended {
  readonly reason: ErrorCode;
  readonly detail: string;
  readonly attempts: number;
  readonly subject?: Subject;
}

export type Settled =
  | { readonly kind: 'emit'; readonly outputs: readonly Emit[]; readonly attempts: number }
  | ({ readonly kind: 'drop' | 'dead-letter' } & Ended)
  | { readonly kind: 'stopped' };

/** Longest wait between two tries. */
const backoffMsMax = 60_000;

/** Throws only what is a bug or ends the run. */
export async function settle(
  engine: Engine,
  stage: StageName,
  subject: string,
  handle: () => Promise<readonly Outcome[]>,
): Promise<Settled> {
  for (let attempts = 1; ; attempts += 1) {
    const started = performance.now();
    let outcomes: readonly Outcome[];
    try {
      outcomes = await handle();
    } catch (error) {
      if (engine.signal.aborted) return { kind: 'stopped' };
      const known = asPipelineError(error, subject);
      if (!(known instanceof PipelineError) || known.disposition === 'fatal') {
        engine.metrics.handled(stage, 'crashed', (performance.now() - started) / 1000);
        throw known;
      }
      outcomes = [outcomeOf(known)];
    }
    const seconds = (performance.now() - started) / 1000;
    const settled = decide(outcomes, attempts);
    if (settled !== null) {
      engine.metrics.handled(stage, endedAs(settled), seconds);
      return settled;
    }
    const { reason, detail, afterMs } =
      outcomes.find((outcome) => outcome.kind === 'retry') ?? never();
    engine.metrics.handled(stage, 'retried', seconds);
    if (attempts > engine.settings.retriesMax)
      return { kind: 'dead-letter', reason, detail, attempts };
    engine.log.warn({ stage, subject, reason, detail, attempts }, 'will try again');
    try {
      await engine.clock.sleep(afterMs + backoffMs(engine, attempts), engine.signal);
    } catch (error) {
      if (engine.signal.aborted) return { kind: 'stopped' };
      throw error;
    }
  }
}

function never(): never {
  throw new Error('an undecided outcome is a retry');
}

function outcomeOf(error: PipelineError): Outcome {
  const { code: reason, message: detail, disposition } = error;
  if (disposition === 'drop') return { kind: 'drop', reason, detail };
  if (disposition === 'reject') return { kind: 'reject', reason, detail };
  return { kind: 'retry', reason, detail, afterMs: 0 };
}

/** Null means: try again. A drop or reject wins over emits; a mix of them is the stage's bug. */
function decide(outcomes: readonly Outcome[], attempts: number): Settled | null {
  const emits: Emit[] = [];
  for (const outcome of outcomes) {
    if (outcome.kind === 'emit') emits.push(outcome);
    else if (outcomes.length > 1)
      throw new Error(`${outcome.kind} must be a handler's only outcome`);
    else if (outcome.kind === 'retry') return null;
    else {
      const { kind, ...ended } = outcome;
      return { ...ended, kind: kind === 'drop' ? 'drop' : 'dead-letter', attempts };
    }
  }
  return { kind: 'emit', outputs: emits, attempts };
}

function endedAs(settled: Settled): 'emitted' | 'dropped' | 'dead_letter' {
  if (settled.kind === 'emit') return 'emitted';
  return settled.kind === 'drop' ? 'dropped' : 'dead_letter';
}

/** Full jitter: uniform in [0, base × 2^(attempt−1)], so that retries of many do not meet. */
function backoffMs(engine: Engine, attempt: number): number {
  const ceiling = Math.min(backoffMsMax, engine.settings.retryBaseMs * 2 ** (attempt - 1));
  return Math.random() * ceiling;
}
