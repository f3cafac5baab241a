/**
 * Runs the search of the thoughts before one write: does what the state machine wants, and tells it
 * what came of that. Asking and scoring are passed in. Pure.
 */
import type { Candidate } from '../../../schemas/generated/types.ts';
import type { LeakGuard } from '../../ports/leak-guard.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { begin, type Command, type RewriteQuestion, step, type Variant } from './machine.ts';
import type { RewriteAnswer, SearchLimits } from './rewrites.ts';
import type { Score } from './weak-lines.ts';

export interface SearchPorts {
  readonly rewrite: (question: RewriteQuestion) => Promise<RewriteAnswer>;
  /** One call scores all variants, so that the same scorer state judges them all. */
  readonly score: (variants: readonly Variant[]) => Promise<readonly (Score | null)[]>;
  /** After these thoughts, but without the context. */
  readonly scoreBare: (variant: Variant) => Promise<Score | null>;
}

export interface SearchResult {
  readonly thoughts: readonly string[];
  readonly bitsNone: number | null;
  readonly bitsBefore: number;
  readonly bitsAfter: number;
  readonly candidates: readonly Candidate[];
  /** Lines that a targeted search was about; null where it was about all of the code. */
  readonly places: readonly number[] | null;
}

export async function searchThoughts(
  first: readonly string[],
  guard: LeakGuard,
  ports: SearchPorts,
  limits: SearchLimits,
): Promise<SearchResult> {
  const rules = { guard, limits };
  let { state, commands } = begin(first, rules);
  while (commands.length > 0) {
    const events = await Promise.all(commands.map((command) => carryOut(command, ports)));
    commands = [];
    for (const event of events) {
      const stepped = step(state, event, rules);
      state = stepped.state;
      commands = [...commands, ...stepped.commands];
    }
  }
  const { thoughts, bitsNone, bitsBefore, best, candidates, places } = state;
  return { thoughts, bitsNone, bitsBefore, bitsAfter: best.bits, candidates, places };
}

async function carryOut(command: Command, ports: SearchPorts) {
  if (command.kind === 'ask') {
    const { question } = command;
    return { kind: 'answered', question, answer: await ports.rewrite(question) } as const;
  }
  if (command.kind === 'score-bare') {
    const score = await unlessRefused(() => ports.scoreBare(command.variant), null);
    return { kind: 'scored-bare', score } as const;
  }
  const { variants, isNeeded } = command;
  const ask = () => ports.score(variants);
  const none = variants.map(() => null);
  const scores = isNeeded ? await ask() : await unlessRefused(ask, none);
  if (!scores.every((score) => score === null || Number.isFinite(score.bits))) {
    throw new Error('the scorer gave a score that is not finite');
  }
  return { kind: 'scored', scores } as const;
}

/** Rewrites that the scorer refuses are so many candidates less, not a lost search. */
async function unlessRefused<Value>(ask: () => Promise<Value>, otherwise: Value): Promise<Value> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof PipelineError && error.code === 'SCORER_REFUSED') return otherwise;
    throw error;
  }
}
