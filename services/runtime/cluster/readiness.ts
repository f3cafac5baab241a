/**
 * Whether a process can work: all of its stages have joined their groups, and its dependencies
 * answer. Probes come every few seconds from several sides, so answers are cached for a while.
 */
import type { Clock } from '../clock.ts';
import type { Readiness } from '../watch/metrics-server.ts';

export interface NamedCheck {
  readonly name: string;
  /** Resolves to null or to the problem in words. A thrown error counts as a problem too. */
  readonly check: () => Promise<string | null>;
}

const keptMs = 10_000;
/** A dependency that does not answer at all must not hang the probe. */
const answerMsMax = 5000;

export function createReadiness(
  checks: readonly NamedCheck[],
  /** Partitions held, by stage; undefined for a stage that has not started. */
  partitions: () => Readonly<Record<string, number | null | undefined>>,
  clock: Clock,
): () => Promise<Readiness> {
  let kept: { readonly untilMs: number; readonly problems: Promise<string[]> } | null = null;
  return async () => {
    if (kept === null || clock.nowMs() >= kept.untilMs) {
      kept = { untilMs: clock.nowMs() + keptMs, problems: findProblems(checks) };
    }
    const held = Object.entries(partitions());
    const starting = held.filter(([, count]) => count === undefined).map(([stage]) => stage);
    const problems = [
      ...starting.map((stage) => `${stage}: has not started`),
      ...(await kept.problems),
    ];
    return {
      ready: problems.length === 0,
      problems,
      partitions: Object.fromEntries(held.map(([stage, count]) => [stage, count ?? null])),
    };
  };
}

async function findProblems(checks: readonly NamedCheck[]): Promise<string[]> {
  const results = checks.map(async ({ name, check }) => {
    try {
      const problem = await Promise.race([check(), lateAnswer()]);
      return problem === null ? [] : [`${name}: ${problem}`];
    } catch (error) {
      return [`${name}: ${(error as Error).message}`];
    }
  });
  return (await Promise.all(results)).flat();
}

function lateAnswer(): Promise<string> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(`no answer within ${answerMsMax} ms`), answerMsMax).unref();
  });
}
