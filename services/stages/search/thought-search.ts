/**
 * Runs the search of the thoughts before one write: does what the state machine wants, and tells it
 * what came of that. Asking and scoring are passed in. Pure.
 */
import type { Candidate } from '../../../schemas/generated/types.ts';
import type { LeakGuard } from '../../ports/leak-guard.ts';
import { begin, type Command, type RewriteQuestion, step, type Variant } from './machine.ts';
import type { RewriteAnswer, SearchLimits } from './rewrites.ts';
import type { Score } from './weak-lines.ts';

export interface SearchPorts {
  readonly rewrite: (question: RewriteQuestion) => Promise<RewriteAnswer>;
  /** One call scores all variants, so that the same scorer state judges them all. */
  readonly score: (variants: readonly Variant[]) => Promise<readonly Score[]>;
}

export interface SearchResult {
  readonly thoughts: readonly string[];
  readonly bitsNone: number;
  readonly bitsBefore: number;
  readonly bitsAfter: number;
  readonly candidates: readonly Candidate[];
  /** Rewrites that were asked for. */
  readonly asked: number;
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
  const { thoughts, bitsNone, bitsBefore, best, candidates, left } = state;
  const asked = limits.rewritesMax - left;
  return { thoughts, bitsNone, bitsBefore, bitsAfter: best.bits, candidates, asked };
}

async function carryOut(command: Command, ports: SearchPorts) {
  if (command.kind === 'ask') {
    const { question } = command;
    return { kind: 'answered', question, answer: await ports.rewrite(question) } as const;
  }
  const scores = await ports.score(command.variants);
  if (!scores.every(({ bits }) => Number.isFinite(bits))) {
    throw new Error('the scorer gave a score that is not finite');
  }
  return { kind: 'scored', scores } as const;
}
