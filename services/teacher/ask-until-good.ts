/**
 * Asks a teacher until an answer passes its checks: a refused one goes back with its reason, a
 * bounded number of times, and is counted as paid.
 */
import type { Usage } from '../../schemas/generated/types.ts';
import { type Answer, type Draft, type Mending, renameParts } from '../ports/teacher.ts';
import { noUsage, sumUsage } from '../ports/usage.ts';
import { withUsage } from '../runtime/errors.ts';
import type { Finding } from './checks/checks.ts';

export const ungroundedCode = 'TEACHER_UNGROUNDED';

interface Asking<Value> {
  readonly ask: (tries: number, mending: Mending | null) => Promise<Answer<Value>>;
  readonly judge: (value: Value) => Finding | null;
  readonly show: (value: Value) => string;
}

/** The last answer, with what is wrong with it; null where it passes. */
export async function askUntilGood<Value>(
  mendingsMax: number,
  { ask, judge, show }: Asking<Value>,
): Promise<Answer<Value> & { readonly found: Finding | null }> {
  let usage = noUsage;
  let mending: Mending | null = null;
  for (let tries = 0; ; tries += 1) {
    const paid = usage;
    const answer: Answer<Value> = await ask(tries, mending).catch((error: unknown) => {
      throw withUsage(error, paid);
    });
    usage = sumUsage([usage, answer.usage]);
    const found = judge(answer.value);
    if (found === null || tries === mendingsMax) return { value: answer.value, usage, found };
    usage = sumUsage([usage, refusedBy(found)]);
    mending = { answer: show(answer.value), problem: found.problem };
  }
}

export function refusedBy({ check }: Finding): Usage {
  return { ...noUsage, refused: { [check]: 1 } };
}

/**
 * Each try keeps its own parts, or the next one would be given the refused answer again. Purposes
 * are asked and kept once, whatever becomes of the prose.
 */
export function draftOfTry(draft: Draft, tries: number): Draft {
  return renameParts(draft, (part) =>
    tries === 0 || /^(?:purposes|modules) /.test(part) ? part : `${part}, mended ${tries}`,
  );
}
