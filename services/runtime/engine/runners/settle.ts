/**
 * Runs a handler to its final result: calls the handler again while it asks for a retry, turns
 * coded errors into outcomes by their disposition, and measures each call. Shared by maps and
 * joins.
 */
import type { Usage } from '../../../../schemas/generated/types.ts';
import { asPipelineError, type ErrorCode, PipelineError, waitsForNextRun } from '../../errors.ts';
import type { Emit, Outcome, Subject } from '../../outcomes.ts';
import { again, done, repeat } from '../../retry.ts';
import type { HandledAs } from '../../watch/metrics.ts';
import { endings, type Handling, type Happened, originOf, waitMsMax } from '../endings.ts';

/** The result of one call of a handler. */
type Decision =
  | { readonly kind: 'emit'; readonly outputs: readonly Emit[] }
  | { readonly kind: 'thrown'; readonly error: unknown }
  | {
      readonly kind: 'drop' | 'reject' | 'retry';
      readonly reason: ErrorCode;
      readonly detail: string;
      readonly subject?: Subject;
      readonly afterMs: number;
      readonly usage?: Usage;
    };

export async function settle(
  { engine, stage, subject, origin }: Handling,
  handle: () => Promise<readonly Outcome[]>,
): Promise<Happened> {
  const { clock, signal, settings, metrics, log } = engine;
  const { retryBaseMs: baseMs, retriesMax } = settings;
  const onWait = (cause: unknown) => log.warn({ stage, subject, cause }, 'will try again');
  const backoff = { clock, signal, baseMs, waitMsMax, retriesMax, onWait };
  const end = metrics.begun(stage);
  const span = engine.traces.begun(stage, originOf({ stage, origin }).envelope);
  const last = await repeat(backoff, async (attempts) => {
    const started = performance.now();
    const decision = await span.around(() => callOnce(subject, handle));
    if (decision.kind === 'thrown' && signal.aborted) return done<Happened>({ kind: 'stopped' });
    const seconds = (performance.now() - started) / 1000;
    const code = 'reason' in decision ? decision.reason : undefined;
    metrics.handled(stage, countedAs[decision.kind], seconds, code);
    span.ended(countedAs[decision.kind], code);
    if (decision.kind === 'emit' && attempts > 1) log.warn({ stage, subject }, 'works again');
    if (decision.kind === 'emit' || decision.kind === 'thrown') return done<Happened>(decision);
    const { kind, afterMs, ...said } = decision;
    const cause = { ...said, attempts };
    if (kind === 'retry' && waitsForNextRun(cause.reason)) return done<Happened>({ kind, cause });
    if (endings.handler[kind][0] === 'again') return again(cause, afterMs);
    return done<Happened>({ kind, cause });
  }).finally(() => {
    end();
    span.close();
  });
  if (last.kind === 'done') return last.result;
  return signal.aborted ? { kind: 'stopped' } : { kind: 'retry', cause: last.failure };
}

const countedAs: Readonly<Record<Decision['kind'], HandledAs>> = {
  emit: 'emitted',
  drop: 'dropped',
  reject: 'rejected',
  retry: 'retried',
  thrown: 'crashed',
};

async function callOnce(
  subject: string,
  handle: () => Promise<readonly Outcome[]>,
): Promise<Decision> {
  try {
    return decisionOf(await handle());
  } catch (thrown) {
    const error = asPipelineError(thrown, subject);
    if (!(error instanceof PipelineError)) return { kind: 'thrown', error };
    const { code: reason, message: detail, disposition: kind, usage } = error;
    if (kind === 'fatal') return { kind: 'thrown', error };
    return { kind, reason, detail, afterMs: 0, ...(usage === undefined ? {} : { usage }) };
  }
}

/** Any outcome other than `emit` must be the only one; a mix is the stage's bug. */
function decisionOf(outcomes: readonly Outcome[]): Decision {
  const outputs: Emit[] = [];
  for (const outcome of outcomes) {
    if (outcome.kind === 'emit') outputs.push(outcome);
    else if (outcomes.length === 1) return { afterMs: 0, ...outcome };
    else throw new Error(`${outcome.kind} must be a handler's only outcome`);
  }
  return { kind: 'emit', outputs };
}
